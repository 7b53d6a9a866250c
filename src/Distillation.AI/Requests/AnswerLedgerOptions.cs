namespace Distillation.AI;

/// <summary>Settings of an <see cref="AnswerLedger"/>.</summary>
public sealed record AnswerLedgerOptions
{
    /// <summary>Gets whether records have the texts themselves beside their digests.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    /// <remarks>Answers are kept either way; those of a generator are texts.</remarks>
    public bool KeepTexts { get; init; } = true;
}
