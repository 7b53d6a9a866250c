using System.Globalization;
using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The inputs of suspect samples: images [N, C, H, W], or rows [N, F].</summary>
internal sealed class SuspectInputs : IDisposable
{
    // More columns make a table that nobody reads.
    private const int MostColumns = 32;

    private readonly SampleDisplay _display;
    private readonly Tensor _inputs;

    private SuspectInputs(SampleDisplay display, Tensor inputs) => (_display, _inputs) = (display, inputs);

    /// <summary>Gets the names of the columns that are shown; none of images.</summary>
    public IReadOnlyList<string> ColumnNames => IsTable
        ? [.. Enumerable.Range(0, Math.Min(MostColumns, (int)_inputs.size(1))).Select(column =>
            _display.ColumnNames.Count > 0 ? _display.ColumnNames[column] : string.Create(CultureInfo.InvariantCulture, $"x{column}"))]
        : [];

    /// <summary>Gets a sentence on the columns that are not shown; empty where there are none.</summary>
    public string HiddenColumns => IsTable && _inputs.size(1) > MostColumns
        ? string.Create(CultureInfo.InvariantCulture, $" Of {_inputs.size(1)} columns the first {MostColumns} are shown.")
        : "";

    private bool IsTable => _inputs.dim() == 2;

    /// <summary>Reads the inputs of samples.</summary>
    /// <exception cref="ArgumentException">The samples are others than those of the diagnosis, or neither images nor rows.</exception>
    public static SuspectInputs Read(SampleDisplay display, IReadOnlyList<SuspectSample> suspects)
    {
        using var scope = torch.NewDisposeScope();
        if (suspects.Max(suspect => suspect.Number) is var last && last >= display.Samples.Count)
        {
            throw new ArgumentException(
                $"{nameof(SampleDisplay.Samples)} must be those of the diagnosis, which has a sample {last}, but are {display.Samples.Count}.",
                nameof(display));
        }

        Batch batch = display.Samples.Read(torch.tensor([.. suspects.Select(suspect => suspect.Number)], torch.ScalarType.Int64));
        CheckLabels(batch, suspects, display);
        CheckInputs(batch.Inputs, display);
        return new(display, batch.Inputs.detach().cpu().to(torch.ScalarType.Float64).MoveToOuterDisposeScope());
    }

    /// <summary>Returns the numbers of a sample of a table; none of images.</summary>
    public IEnumerable<ReportCell> Row(int number)
    {
        using var scope = torch.NewDisposeScope();
        return IsTable
            ? [.. _inputs[number].contiguous().data<double>().ToArray().Take(MostColumns).Select(value => (ReportCell)value)]
            : [];
    }

    /// <summary>Returns images with their captions; <see langword="null"/> of a table.</summary>
    public ReportImages? Images(IReadOnlyList<string> captions)
    {
        if (IsTable)
        {
            return null;
        }

        (IReadOnlyList<(byte[] Png, int Width, int Height)> images, Interval range) = SampleImages.Encode(_inputs, _display.PixelRange);
        return new()
        {
            Title = "Images, the least likely label first",
            Note = "The number, the label with its probability, and the prediction stand below each image. "
                + $"Black is {Brief.Of(range.Low)}, white {Brief.Of(range.High)}: "
                + (_display.PixelRange is null ? "the smallest and the largest number of these images." : "numbers beyond are black or white too."),
            Images = [.. images.Zip(captions, (image, caption) => new ReportImage(caption, image.Png, image.Width, image.Height))],
        };
    }

    public void Dispose() => _inputs.Dispose();

    // The same number of another order of the samples would show another sample.
    private static void CheckLabels(Batch batch, IReadOnlyList<SuspectSample> suspects, SampleDisplay display)
    {
        if (batch.Labels is not { } labels || labels.dim() != 1 || !torch.is_integral(labels))
        {
            return;
        }

        long[] own = labels.cpu().to(torch.ScalarType.Int64).data<long>().ToArray();
        if (suspects.Index().FirstOrDefault(suspect => suspect.Item.Label != own[suspect.Index], (Index: -1, Item: suspects[0])) is { Index: >= 0 } wrong)
        {
            throw new ArgumentException(
                $"{nameof(SampleDisplay.Samples)} must be those of the diagnosis, in the same order, but sample {wrong.Item.Number} has the label "
                + $"{own[wrong.Index]} and not {wrong.Item.Label}.",
                nameof(display));
        }
    }

    private static void CheckInputs(Tensor inputs, SampleDisplay display)
    {
        bool isTable = inputs.dim() == 2;
        if (!isTable && !SampleImages.Are(inputs))
        {
            throw new ArgumentException(
                $"Inputs of {nameof(SampleDisplay.Samples)} must be images [N, C, H, W] of 1 or 3 channels, or rows [N, F], but are "
                + $"[{string.Join(", ", inputs.shape)}].",
                nameof(display));
        }

        if (display.ColumnNames.Count > 0 && (!isTable || display.ColumnNames.Count != inputs.size(1)))
        {
            throw new ArgumentException(
                $"{nameof(SampleDisplay.ColumnNames)} must have a name for each column of samples [N, F], but has {display.ColumnNames.Count} for "
                + $"[{string.Join(", ", inputs.shape)}].",
                nameof(display));
        }

        if (display.PixelRange is not null && isTable)
        {
            throw new ArgumentException($"{nameof(SampleDisplay.PixelRange)} is that of images, but the samples are rows [N, F].", nameof(display));
        }
    }
}
