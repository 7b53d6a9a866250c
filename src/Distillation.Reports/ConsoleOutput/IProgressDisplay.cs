namespace Distillation.Reports;

/// <summary>Shows one piece of work.</summary>
internal interface IProgressDisplay : IDisposable
{
    /// <summary>Shows the share that is done, if it is known, and the text of a report; a report without text is one of many.</summary>
    void Show(double? share, string? text);
}
