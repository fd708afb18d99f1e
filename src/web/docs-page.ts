/** `/api/docs`: the OpenAPI document as a page that can be read without any script. */

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly description?: string };
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, unknown>>;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function parameterRow(parameter: Parameter): string {
  const text = parameter.description ?? parameter.schema?.description ?? '';
  const where = parameter.required ? `${parameter.in}, required` : parameter.in;
  return `<tr><th scope="row"><code>${escaped(parameter.name)}</code></th><td>${escaped(where)}</td><td>${escaped(text)}</td></tr>`;
}

function operationSection(method: string, path: string, operation: Operation): string {
  const rows = (operation.parameters ?? []).map(parameterRow).join('');
  const answers = Object.keys(operation.responses ?? {}).join(', ');
  return `<section><h2><code>${method.toUpperCase()} ${escaped(path)}</code></h2>
<p>${escaped(operation.summary ?? '')}</p>
${rows === '' ? '' : `<table><thead><tr><th>parameter</th><th>in</th><th>meaning</th></tr></thead><tbody>${rows}</tbody></table>`}
<p>answers: ${escaped(answers)}</p></section>`;
}

export function docsPage(document: Document): string {
  const sections = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, op]) => operationSection(method, path, op)),
  );
  const { title, version, description = '' } = document.info;
  return plainPage(
    `${title} ${version}`,
    `<p>${escaped(description)}</p>
<p>For programs: <a href="/api/docs/openapi.json">openapi.json</a> (OpenAPI 3.1, with the shape of every answer).</p>
${sections.join('\n')}`,
  );
}

/** A small page of our own. `body` is HTML, `title` is text. */
export function plainPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#16202a;background:#fff}
h2{margin-top:2rem;font-size:1.1rem}table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
code{font-family:ui-monospace,monospace}pre{background:#eef2f5;padding:1rem;overflow:auto}</style></head>
<body><main><h1>${escaped(title)}</h1>
${body}
</main></body></html>
`;
}
