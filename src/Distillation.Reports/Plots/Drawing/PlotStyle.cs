namespace Distillation.Reports;

/// <summary>
/// The colors and fonts of plots. Colors follow those of Okabe and Ito (2008), which the color-blind tell apart; they are darker on light ground and lighter on
/// dark ground.
/// </summary>
internal static class PlotStyle
{
    /// <summary>The number of colors; lines beyond have the same colors and dashes.</summary>
    public const int Colors = 7;

    // No character that XML escapes: in HTML a style sheet is read as it stands.
    public const string Sheet = """

        :root { color-scheme: light dark; --text: #1d2330; --muted: #5b6474; --line: #d9dee7; --ground: #ffffff; --heat: #0b5cad; --on-heat: #ffffff;
          --c0: #0072b2; --c1: #d55e00; --c2: #007a59; --c3: #b0508f; --c4: #a87400; --c5: #2f8fc4; --c6: #6b6f76; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e8ebf1; --muted: #a3adbd; --line: #363d4a; --ground: #171b23; --heat: #4ea3f0; --on-heat: #0c1220;
            --c0: #56b4e9; --c1: #ff8f4d; --c2: #3fcf9f; --c3: #e79ac6; --c4: #f0b93a; --c5: #9fd8ff; --c6: #b4bac5; } }
        .plot { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; display: block; width: 100%; height: auto; }
        .plot text { fill: var(--muted); font-variant-numeric: tabular-nums; }
        .plot .name { fill: var(--text); }
        .plot .start { text-anchor: start; } .plot .middle { text-anchor: middle; } .plot .end { text-anchor: end; }
        .plot .grid { stroke: var(--line); stroke-width: 1; } .plot .axis { stroke: var(--muted); stroke-width: 1; }
        .plot .guide { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 5 4; fill: none; }
        .plot .s { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .plot .d1 { stroke-dasharray: 7 4; } .plot .d2 { stroke-dasharray: 2 4; }
        .plot .heat { fill: var(--heat); } .plot .frame { fill: none; stroke: var(--line); }
        .plot text.strong { fill: var(--on-heat); } .plot text.faint { fill: var(--text); }
        .plot .s0 { stroke: var(--c0); } .plot .s1 { stroke: var(--c1); } .plot .s2 { stroke: var(--c2); } .plot .s3 { stroke: var(--c3); }
        .plot .s4 { stroke: var(--c4); } .plot .s5 { stroke: var(--c5); } .plot .s6 { stroke: var(--c6); }
        .plot .f0 { fill: var(--c0); } .plot .f1 { fill: var(--c1); } .plot .f2 { fill: var(--c2); } .plot .f3 { fill: var(--c3); }
        .plot .f4 { fill: var(--c4); } .plot .f5 { fill: var(--c5); } .plot .f6 { fill: var(--c6); }

        """;

    /// <summary>Returns the classes of the line of a series.</summary>
    public static string Stroke(int series) => $"s s{series % Colors} d{series / Colors % 3}";

    /// <summary>Returns the class of what a series fills.</summary>
    public static string Fill(int series) => $"f{series % Colors}";
}
