namespace Distillation.AI;

/// <summary>What a failed request means for the run.</summary>
public enum RequestFailureKind
{
    /// <summary>The same request may succeed later: it is sent again.</summary>
    Transient,

    /// <summary>The provider rejects this request alone: the others go on.</summary>
    Rejected,

    /// <summary>No request can succeed: the run stops.</summary>
    Fatal,
}
