namespace Distillation.Reports;

/// <summary>An image as a PNG file, with its caption.</summary>
internal sealed record ReportImage(string Caption, byte[] Png, int Width, int Height);
