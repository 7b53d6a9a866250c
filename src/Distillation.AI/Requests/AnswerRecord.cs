namespace Distillation.AI;

/// <summary>One request with its answer, as an <see cref="AnswerLedger"/> keeps it.</summary>
public sealed record AnswerRecord
{
    /// <summary>Gets the key: the SHA-256 digest of everything that decides the answer, 64 lowercase hexadecimal digits.</summary>
    public required string Key { get; init => field = Require.Text(value); }

    /// <summary>Gets the identifier of the model.</summary>
    public required string Model { get; init => field = Require.Text(value); }

    /// <summary>Gets the SHA-256 digest of the text in UTF-8, 64 lowercase hexadecimal digits.</summary>
    public required string TextDigest { get; init => field = Require.Text(value); }

    /// <summary>Gets the text as it was sent, after redaction.</summary>
    /// <value><see langword="null"/> where <see cref="AnswerLedgerOptions.KeepTexts"/> is <see langword="false"/>, which is the default value too.</value>
    public string? Text { get; init; }

    /// <summary>Gets how the request ended.</summary>
    public required AnswerOutcome Outcome { get; init => field = Require.Defined(value); }

    /// <summary>Gets the cause of a refusal.</summary>
    /// <value>The default value is <see langword="null"/>: the request was answered.</value>
    public string? Reason { get; init; }

    /// <summary>Gets the label of the answer.</summary>
    /// <value>The default value is <see langword="null"/>: refused, or not a request for a label.</value>
    public string? Label { get; init; }

    /// <summary>Gets the probability of each label by its name, in [0, 1].</summary>
    /// <value>The default value is <see langword="null"/>: the answer has none.</value>
    public IReadOnlyDictionary<string, double>? Probabilities { get; init; }

    /// <summary>Gets the last answer as the model returned it.</summary>
    public required string Answer { get; init => field = Require.Present(value); }

    /// <summary>Gets the tokens of all answers of the request, malformed ones included.</summary>
    public required TokenUsage Usage { get; init => field = Require.Present(value); }

    /// <summary>Gets how often the request was sent, retries included.</summary>
    /// <value>Positive.</value>
    public required int Attempts { get; init => field = Require.Positive(value); }

    /// <summary>Gets when the last answer came, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }
}
