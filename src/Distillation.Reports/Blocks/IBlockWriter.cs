namespace Distillation.Reports;

/// <summary>Writes blocks in one format.</summary>
internal interface IBlockWriter
{
    void Write(ReportText text);

    void Write(ReportFacts facts);

    void Write(ReportTable table);

    void Write(IPlot plot);

    void Write(ReportImages images);
}
