namespace Distillation.AI;

/// <summary>How a request ended.</summary>
public enum AnswerOutcome
{
    /// <summary>The answer has the form that the request describes.</summary>
    Answered,

    /// <summary>No answer had the form that the request describes: <see cref="AnswerRecord.Reason"/> has the cause.</summary>
    Refused,
}
