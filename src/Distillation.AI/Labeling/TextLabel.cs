namespace Distillation.AI;

/// <summary>A label with what it means.</summary>
public sealed record TextLabel
{
    /// <summary>Gets the name, as answers and labeled texts have it.</summary>
    public required string Name { get; init => field = Require.Text(value); }

    /// <summary>Gets the definition, in words for the model.</summary>
    /// <value>The default value is <see langword="null"/>: the name is enough.</value>
    public string? Definition { get; init => field = value is null ? null : Require.Text(value); }
}
