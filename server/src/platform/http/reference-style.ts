/** The style of the readable reference; one column that fits a phone. */
export const referenceStyle = `
:root { color-scheme: light dark; --line: light-dark(#d9dde3, #363c46); --soft: light-dark(#f4f6f8, #1b1f26);
  --text: light-dark(#1c2430, #e6e9ee); --quiet: light-dark(#52606f, #a7b1bd); --link: light-dark(#0b5cad, #7ab8ff) }
body { margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 4rem; color: var(--text);
  background: light-dark(#fff, #12151a);
  font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere }
h3 { font-size: .8rem; font-weight: 600; color: var(--quiet); margin: 1.25rem 0 .25rem }
a { color: var(--link) } p { margin: .25rem 0 .75rem }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-family: ui-monospace, monospace; font-size: .85rem }
section { border-top: 1px solid var(--line); margin-top: 2.5rem }
.method { color: light-dark(#0f6b45, #6fd3a5); font-family: ui-monospace, monospace }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .85rem }
pre, .scroll { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; margin: 0 }
pre { padding: .75rem 1rem; line-height: 1.5; max-height: 22rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
td { padding: .4rem .9rem; vertical-align: top } tr + tr td { border-top: 1px solid var(--line) }
td:first-child, td:nth-child(2):not(:last-child) { white-space: nowrap }
td:first-child { width: 45% } td:nth-child(2):not(:last-child) { width: 6rem }
.scroll + .scroll { margin-top: .5rem }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
`
