/** MCUboot images: what stands in them. README.md of the folder above, section 7. */
export * from './format.ts';
export * from './image.ts';
export * from './version.ts';
