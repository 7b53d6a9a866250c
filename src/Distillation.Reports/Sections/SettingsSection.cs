namespace Distillation.Reports;

/// <summary>The settings of a run, with seeds and versions: what its bits depend on.</summary>
internal static class SettingsSection
{
    public static ReportSection? Of(TrainingRun run) => run.Result.Settings.Count == 0
        ? null
        : new()
        {
            Title = "Settings",
            Blocks =
            [
                new ReportTable(["setting", "value"], run.Result.Settings.Select(setting => (IReadOnlyList<ReportCell>)[setting.Key, setting.Value])),
            ],
        };
}
