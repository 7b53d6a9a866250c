using System.Text.Json;

namespace Distillation.Tables.Encoders;

/// <summary>Makes one feature of each name: 1 where a row has it and 0 elsewhere.</summary>
internal sealed class CategoryEncoder : ColumnEncoder
{
    private readonly string[] _names;
    private readonly Dictionary<string, int> _places;

    private CategoryEncoder(string[] names) =>
        (_names, _places) = (names, names.Select((name, place) => KeyValuePair.Create(name, place)).ToDictionary(StringComparer.Ordinal));

    public override TableColumnKind Kind => TableColumnKind.Category;

    public override IReadOnlyList<EncodedFeature> Features =>
    [
        .. _names.Select(name => Feature($"{Column}={name}", EncodedFeatureKind.Nominal)),
        .. HasMissing ? [Feature($"{Column} is missing", EncodedFeatureKind.Nominal)] : Array.Empty<EncodedFeature>(),
        Feature($"{Column}=other", EncodedFeatureKind.Nominal),
    ];

    /// <summary>Gets whether the training rows miss names, which then have a feature of their own; else they are as unknown names.</summary>
    private bool HasMissing { get; init; }

    public static CategoryEncoder Fit(TableColumn column, TableEncoderOptions options)
    {
        string[] names =
        [
            .. column.Names!.Where(name => name is not null)
                .CountBy(name => name!, StringComparer.Ordinal)
                .Where(count => count.Value >= options.MinCategoryCount)
                .Select(count => count.Key)
                .Order(StringComparer.Ordinal),
        ];
        return new(names) { Column = column.Name, HasMissing = column.Names!.Contains(null) };
    }

    public override void Encode(TableColumn column, Span<float> matrix, int width, int first)
    {
        string?[] names = column.Names!;
        int other = _names.Length + (HasMissing ? 1 : 0);
        for (int row = 0; row < names.Length; row++)
        {
            int place = names[row] is not { } name ? _names.Length : _places.GetValueOrDefault(name, other);
            matrix[(row * width) + first + place] = 1;
        }
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("names");
        foreach (string name in _names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteBoolean("missing", HasMissing);
    }

    public static CategoryEncoder Read(JsonElement json, string column) => new(
        [.. json.GetProperty("names").EnumerateArray().Select(name => name.GetString() ?? throw new FormatException("A name is null."))])
    {
        Column = column,
        HasMissing = json.GetProperty("missing").GetBoolean(),
    };
}
