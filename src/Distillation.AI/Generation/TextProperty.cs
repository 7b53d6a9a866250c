namespace Distillation.AI;

/// <summary>A property of texts, of which a value is drawn for each text that a model is to write.</summary>
public sealed record TextProperty
{
    /// <summary>Gets the name, such as <c>length</c>.</summary>
    public required string Name { get; init => field = Require.Text(value); }

    /// <summary>Gets the values, in words for the model, such as <c>one short sentence</c>. A value that is there twice is drawn twice as often.</summary>
    /// <value>At least one; each has letters.</value>
    public required IReadOnlyList<string> Values
    {
        get;
        init
        {
            string[] values = [.. Require.Present(value)];
            if (values.Length == 0)
            {
                throw new ArgumentException("Values must have at least one value, but are empty.", nameof(Values));
            }

            Array.ForEach(values, one => Require.Text(one, nameof(Values)));
            field = values;
        }
    }
}
