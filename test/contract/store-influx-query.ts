/** InfluxDB's answer to one statement, asked without the library and the code under test. */
export async function influxQuery(
  url: string,
  database: string,
  statement: string,
  login: { username?: string; password?: string },
): Promise<{ columns: string[]; rows: unknown[][] }> {
  const { username, password } = login;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const response = await fetch(`${url}/query?db=${database}&q=${encodeURIComponent(statement)}`, {
    method: 'POST',
    headers: username === undefined ? {} : { authorization: `Basic ${basic}` },
  });
  const answer = (await response.json()) as {
    error?: string;
    results?: { error?: string; series?: { columns: string[]; values: unknown[][] }[] }[];
  };
  const error = answer.error ?? answer.results?.[0]?.error;
  if (error !== undefined) throw new Error(`${statement}: ${error}`);
  const series = answer.results?.[0]?.series?.[0];
  return { columns: series?.columns ?? [], rows: series?.values ?? [] };
}
