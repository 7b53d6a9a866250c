using System.Text.Json;

namespace Distillation.Tables.Encoders;

/// <summary>Fills and standardizes numbers, or fills truth values, and marks missing ones.</summary>
internal sealed class NumberEncoder : ColumnEncoder
{
    private readonly TableColumnKind _kind;

    private NumberEncoder(TableColumnKind kind) => _kind = kind;

    public override TableColumnKind Kind => _kind;

    public override IReadOnlyList<EncodedFeature> Features =>
        HasIndicator
            ? [Feature(Column, FeatureKind), Feature($"{Column} is missing", EncodedFeatureKind.Nominal)]
            : [Feature(Column, FeatureKind)];

    /// <summary>Gets what takes the place of a missing value, or <see langword="null"/> where it is refused.</summary>
    private double? Fill { get; init; }

    private double Mean { get; init; }

    private double Deviation { get; init; } = 1;

    private bool HasIndicator { get; init; }

    private EncodedFeatureKind FeatureKind { get; init; }

    /// <exception cref="ArgumentException">All values are missing, or one is and must not be.</exception>
    public static NumberEncoder Fit(TableColumn column, TableEncoderOptions options)
    {
        double[] values = column.Numbers!;
        double[] present = [.. values.Where(value => !double.IsNaN(value))];
        if (present.Length == 0)
        {
            throw new ArgumentException(
                $"Column '{column.Name}' must have a value in the training rows, but all are missing. "
                + $"Leave it out by {nameof(TableEncoderOptions.Ignored)}.",
                nameof(column));
        }

        bool standardized = options.Standardize && column.Kind == TableColumnKind.Number;
        double? fill = options.MissingNumbers switch
        {
            MissingNumbers.Mean => MeanOf(present),
            MissingNumbers.Median => MedianOf(present),
            _ => null,
        };
        RequirePresent(column, fill);
        double[] filled = Array.ConvertAll(values, value => double.IsNaN(value) ? fill!.Value : value);
        double mean = standardized ? MeanOf(filled) : 0;
        return new(column.Kind)
        {
            Column = column.Name,
            Fill = fill,
            Mean = mean,
            Deviation = standardized ? DeviationOf(filled, mean) : 1,
            HasIndicator = options.MissingIndicators && present.Length < values.Length,
            FeatureKind = column.Kind == TableColumnKind.Boolean ? EncodedFeatureKind.Nominal
                : !standardized && present.All(double.IsInteger) ? EncodedFeatureKind.Integer : EncodedFeatureKind.Continuous,
        };
    }

    public override void Encode(TableColumn column, Span<float> matrix, int width, int first)
    {
        RequirePresent(column, Fill);
        double[] values = column.Numbers!;
        for (int row = 0; row < values.Length; row++)
        {
            bool missing = double.IsNaN(values[row]);
            int place = (row * width) + first;
            matrix[place] = (float)(((missing ? Fill!.Value : values[row]) - Mean) / Deviation);
            if (HasIndicator && missing)
            {
                matrix[place + 1] = 1;
            }
        }
    }

    public override void Write(Utf8JsonWriter json)
    {
        if (Fill is { } fill)
        {
            json.WriteNumber("fill", fill);
        }

        json.WriteNumber("mean", Mean);
        json.WriteNumber("deviation", Deviation);
        json.WriteBoolean("indicator", HasIndicator);
        json.WriteString("feature", FeatureKind.ToString());
    }

    public static NumberEncoder Read(JsonElement json, string column, TableColumnKind kind) => new(kind)
    {
        Column = column,
        Fill = json.TryGetProperty("fill", out JsonElement fill) ? fill.GetDouble() : null,
        Mean = json.GetProperty("mean").GetDouble(),
        Deviation = Require.Positive(json.GetProperty("deviation").GetDouble(), "deviation"),
        HasIndicator = json.GetProperty("indicator").GetBoolean(),
        FeatureKind = Require.Defined(Enum.Parse<EncodedFeatureKind>(json.GetProperty("feature").GetString() ?? ""), "feature"),
    };

    private static double MeanOf(double[] values) => values.Sum() / values.Length;

    private static double MedianOf(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // Of a constant column rounding can leave a little more than zero.
    private static double DeviationOf(double[] values, double mean)
    {
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
        return deviation > 1e-13 * Math.Abs(mean) ? deviation : 1;
    }

    private static void RequirePresent(TableColumn column, double? fill)
    {
        int missing = fill is null ? Array.FindIndex(column.Numbers!, double.IsNaN) : -1;
        if (missing >= 0)
        {
            throw new ArgumentException($"Column '{column.Name}' must have no missing value, but row {missing + 1} misses it.", nameof(column));
        }
    }
}
