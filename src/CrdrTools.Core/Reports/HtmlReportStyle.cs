namespace CrdrTools.Core.Reports;

/// <summary>The look of the page.</summary>
internal static class HtmlReportStyle
{
    public const string Css = """
        :root { --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --dim: #59636e; --line: #d5dae0; --good: #14692f; --good-soft: #e0f3e5; --bad: #b1121f; --bad-soft: #fce4e4; --warn: #7d4e00; --warn-soft: #fff1d0; --idle: #59636e; --idle-soft: #e9ecef; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0f1318; --card: #181d24; --ink: #e6eaef; --dim: #9aa5b1; --line: #333c47; --good: #6fd08c; --good-soft: #14301d; --bad: #ff8b8b; --bad-soft: #40171b; --warn: #f1c15b; --warn-soft: #3a2c0d; --idle: #9aa5b1; --idle-soft: #262e37; }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
        main { max-width: 75rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; }
        h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
        h3 { font-size: 1rem; margin: 0; display: flex; flex-wrap: wrap; gap: .5rem; justify-content: space-between; align-items: center; }
        p { margin: .25rem 0; }
        code { font: .875em ui-monospace, SFMono-Regular, Consolas, "Liberation Mono", monospace; }
        header, section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 0 0 1rem; }
        footer, .dim, .eyebrow, caption { color: var(--dim); }
        footer, .eyebrow, caption, .dim { font-size: .875rem; font-weight: 400; }
        .lead { font-size: 1.1rem; }
        .pill { display: inline-block; white-space: nowrap; border-radius: 1rem; padding: .1rem .65rem; font-size: .8125rem; font-weight: 600; line-height: 1.5; vertical-align: middle; }
        h1 .pill { font-size: .9375rem; }
        .pill.good, .note.good { background: var(--good-soft); color: var(--good); }
        .pill.bad, .note.bad { background: var(--bad-soft); color: var(--bad); }
        .pill.warn, .note.warn { background: var(--warn-soft); color: var(--warn); }
        .pill.idle { background: var(--idle-soft); color: var(--idle); }
        .note { border-radius: .5rem; padding: .5rem .75rem; margin: .75rem 0; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .75rem 1.5rem; margin: 1rem 0 0; }
        dt { color: var(--dim); font-size: .8125rem; }
        dd { margin: 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
        .figure { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
        .big { font-size: 2rem; line-height: 1.2; font-weight: 600; margin: .5rem 0; }
        .big.dim { font-size: 1.25rem; line-height: 1.92; font-weight: 600; }
        table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
        caption { text-align: left; padding: 0 0 .5rem; }
        th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--dim); font-size: .8125rem; font-weight: 600; overflow-wrap: normal; }
        tbody th { font-weight: 500; }
        .word { white-space: nowrap; }
        .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .detail { display: block; color: var(--dim); font-size: .875rem; font-weight: 400; }
        .bar { width: 34%; padding-right: .5rem; }
        svg { display: block; overflow: visible; }
        .axis { stroke: var(--line); stroke-width: 1; }
        rect.good, circle.good { fill: var(--good); }
        rect.bad, circle.bad { fill: var(--bad); }
        rect.warn, circle.warn { fill: var(--warn); }
        circle.writes { fill: var(--good); }
        circle.rests { fill: var(--card); stroke: var(--good); stroke-width: 2; }
        circle.unseen { fill: var(--dim); r: 3px; }
        .todo { margin: 0; padding-left: 1.25rem; }
        .todo li { margin: .5rem 0; }
        .command { display: block; background: var(--idle-soft); border-radius: .375rem; padding: .35rem .6rem; margin: .25rem 0; }
        @media screen and (max-width: 48rem) {
          main { padding: .75rem .5rem 2rem; }
          header, section { padding: 1rem .875rem; border-radius: .5rem; }
          h1 { font-size: 1.4rem; }
          .facts { grid-template-columns: 1fr; }
          table, caption, tbody, tr, th, td { display: block; width: auto; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tr { border-top: 1px solid var(--line); padding: .625rem 0; }
          th, td { border: 0; padding: .125rem 0; }
          td[data-label] { display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; }
          td[data-label]::before { content: attr(data-label); color: var(--dim); font-size: .8125rem; }
          td[data-label] .pill { justify-self: start; }
          td.none { display: none; }
          .word { white-space: normal; }
          .bar { width: auto; padding: .25rem .375rem; }
        }
        @media print {
          :root { --page: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb; --good: #14692f; --good-soft: #e0f3e5; --bad: #b1121f; --bad-soft: #fce4e4; --warn: #7d4e00; --warn-soft: #fff1d0; --idle: #444; --idle-soft: #eee; }
          body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          main { max-width: none; padding: 0; }
          table, table .dim, thead th, .detail { font-size: 8pt; }
          .bar { width: 25%; }
          .facts { grid-template-columns: repeat(3, 1fr); }
          header, section { border: 0; border-radius: 0; padding: 0; margin: 0 0 1.25rem; }
          tr, .figure, .note, li { break-inside: avoid; }
          h2 { break-after: avoid; }
        }

        """;
}
