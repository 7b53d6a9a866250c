namespace Distillation.AI;

/// <summary>The record of a request, the reason why it failed, or neither if it was not sent.</summary>
internal readonly record struct RequestResult(AnswerRecord? Record, string? Failure)
{
    public bool IsAnswered => Record?.Outcome == AnswerOutcome.Answered;

    /// <summary>Gets why there is no answer; <see langword="null"/> if there is one, or the request was not sent.</summary>
    public string? Reason => Failure ?? Record?.Reason;
}
