export const STYLE = `
:root{color-scheme:light;--ok:#0b6b2d;--bad:#a3161a;--line:#c9ced6;--soft:#f3f5f8}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:1rem;color:#15181d;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem;border-top:2px solid var(--line);padding-top:1rem}h3{font-size:1rem}
.simulated{background:#ffe9a8;border:2px solid #8a6100;padding:.4rem .7rem;font-weight:600}
.ok{color:var(--ok);font-weight:600}.bad{color:var(--bad);font-weight:600}.wrong{background:#fdeceb}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:#4a5260}dd{margin:0}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{background:var(--soft)}th,.short{white-space:nowrap}
pre{background:var(--soft);border:1px solid var(--line);padding:.6rem;overflow-x:auto;font-size:12px}
.again{color:#4a5260;font-size:13px;overflow-wrap:anywhere}
.curves{overflow-x:auto}svg{box-sizing:border-box;width:100%;min-width:760px;height:auto;border:1px solid var(--line);margin:.3rem 0;background:#fff}
svg text{font:11px system-ui,sans-serif}
@media (max-width:700px){thead{display:none}table,tbody,tr,td{display:block}tr{border:1px solid var(--line);margin:.5rem 0;padding:.2rem .5rem}
td{border:0;padding:.1rem 0;overflow-wrap:anywhere}td:empty{display:none}
td[data-column]::before{content:attr(data-column) ": ";color:#4a5260;font-size:13px}}
@media print{section{break-inside:avoid}}
`.trim();
