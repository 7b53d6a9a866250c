namespace Distillation.Reports;

/// <summary>The style sheet of the page. One column of plots on a phone, two on a screen; no font and no image is loaded.</summary>
internal static class PageStyle
{
    // No character that XML escapes: in HTML a style sheet is read as it stands.
    public const string Sheet = PlotStyle.Sheet + """
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 12px; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; line-height: 1.3; margin: 44px 0 16px; padding-top: 14px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        h3, figcaption { font-size: 1rem; font-weight: 600; line-height: 1.4; margin: 0 0 8px; overflow-wrap: anywhere; }
        p { margin: 0; max-width: 75ch; overflow-wrap: anywhere; }
        a { color: var(--heat); text-underline-offset: 3px; }
        nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 0; list-style: none; font-size: .9rem; }
        .blocks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 28px 36px; align-items: start; }
        .wide { grid-column: 1 / -1; }
        .block { min-width: 0; margin: 0; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 0; }
        .facts div { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
        .facts dt { color: var(--muted); font-size: .82rem; line-height: 1.3; overflow-wrap: anywhere; }
        .facts dd { margin: 4px 0 0; font-size: 1.25rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .images { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 16px; margin: 12px 0 0; padding: 0; list-style: none; }
        .images img { display: block; width: 112px; height: auto; image-rendering: pixelated; border: 1px solid var(--line); border-radius: 4px; }
        .images span { display: block; margin-top: 4px; font-size: .82rem; line-height: 1.3; color: var(--muted); overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; max-width: 100%; }
        .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--heat); outline-offset: 2px; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; vertical-align: top; padding: 6px 18px 6px 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; } tbody th { font-weight: 400; } thead th { color: var(--muted); vertical-align: bottom; }
        tr :last-child { padding-right: 0; } .long th, .long td { overflow-wrap: anywhere; min-width: 7em; } .long .n { min-width: 0; overflow-wrap: normal; }
        .n { text-align: right; white-space: nowrap; overflow-wrap: normal; } thead .n { white-space: normal; }
        details { margin-top: 6px; font-size: .9rem; } summary { cursor: pointer; color: var(--muted); }
        details .scroll { max-height: 320px; overflow-y: auto; margin-top: 6px; }
        @media (max-width: 560px) { main { padding: 20px 16px 48px; } h1 { font-size: 1.5rem; } .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
        @media print { main { max-width: none; padding: 0; } details { display: none; } .block { break-inside: avoid; } }

        """;
}
