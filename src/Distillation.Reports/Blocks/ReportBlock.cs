namespace Distillation.Reports;

/// <summary>A piece of a section: text, numbers, a table or a plot.</summary>
public abstract record ReportBlock
{
    private protected ReportBlock()
    {
    }

    internal abstract void Accept(IBlockWriter writer);
}
