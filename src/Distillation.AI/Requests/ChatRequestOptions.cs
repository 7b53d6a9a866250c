using Microsoft.Extensions.AI;
using Polly;

namespace Distillation.AI;

/// <summary>How requests are sent to a chat client: how many at a time, what happens after failures, and what may be spent.</summary>
/// <remarks>
/// <para>Retries are made here: switch off those of the client, or each retry here becomes several requests.</para>
/// <para>
/// The default classification of failures reads the status of an <see cref="HttpRequestException"/>. Libraries of providers have exceptions of their own, which
/// are known to the application alone; without <see cref="Failures"/> all of them count as transient, and a wrong key of the service is found only when
/// <see cref="MaxFailuresInARow"/> requests have failed after all retries. For the OpenAI library:
/// </para>
/// <code>
/// Failures = error =&gt; error is ClientResultException { Status: &gt;= 100 } failed
///     ? RequestFailure.FromStatus(
///         failed.Status,
///         failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out string? seconds) == true ? seconds : null)
///     : null
/// </code>
/// </remarks>
public sealed record ChatRequestOptions
{
    /// <summary>
    /// Gets the settings with which each request begins, such as the model, the number of tokens of an answer, or those of the client's library.
    /// </summary>
    /// <value>The default value is <see langword="null"/>. Temperature and response format have no effect: they follow from the use.</value>
    public ChatOptions? Chat { get; init => field = value?.Clone(); }

    /// <summary>Gets a text that is part of the key of each request in a ledger.</summary>
    /// <value>
    /// The default value is empty. Change it with what a key does not contain: <see cref="ChatOptions.RawRepresentationFactory"/>,
    /// <see cref="ChatOptions.AdditionalProperties"/>, tools, or another model behind the same name.
    /// </value>
    public string Variant { get; init => field = Require.Present(value); } = "";

    /// <summary>
    /// Gets a function that removes what must not leave the process, such as names and numbers of persons, from texts, examples, definitions and the
    /// description.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: texts are sent as they are. A ledger has the redacted texts alone.</value>
    public Func<string, string>? Redact { get; init; }

    /// <summary>Gets how many requests run at a time at most.</summary>
    /// <value>Positive; the default value is 8.</value>
    public int MaxConcurrency { get; init => field = Require.Positive(value); } = 8;

    /// <summary>Gets how often a request is sent again after transient failures.</summary>
    /// <value>Zero or positive; the default value is 5.</value>
    public int MaxRetries { get; init => field = Require.NotNegative(value); } = 5;

    /// <summary>Gets the mean delay before the first retry; it doubles with each, with jitter.</summary>
    /// <value>From 0 to a day; the default value is 1 second. A delay that the provider gives is kept instead.</value>
    public TimeSpan RetryDelay { get; init => field = Delay(value, TimeSpan.Zero, nameof(RetryDelay)); } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the longest delay before a retry, where the provider gives none.</summary>
    /// <value>From 1 millisecond to a day; the default value is 1 minute.</value>
    public TimeSpan MaxRetryDelay { get; init => field = Delay(value, TimeSpan.FromMilliseconds(1), nameof(MaxRetryDelay)); } = TimeSpan.FromMinutes(1);

    /// <summary>Gets the time after which an unanswered request counts as failed.</summary>
    /// <value>From 1 millisecond to a day; the default value is 100 seconds.</value>
    public TimeSpan RequestTimeout { get; init => field = Delay(value, TimeSpan.FromMilliseconds(1), nameof(RequestTimeout)); } = TimeSpan.FromSeconds(100);

    /// <summary>Gets how often a request is sent again, with a reminder of the form, after a malformed answer.</summary>
    /// <value>Zero or positive; the default value is 2. The last malformed answer is recorded as a refusal.</value>
    public int MaxMalformedRetries { get; init => field = Require.NotNegative(value); } = 2;

    /// <summary>Gets how many requests in a row may fail or be refused before the run stops with the last exception.</summary>
    /// <value>Positive; the default value is 20.</value>
    /// <remarks>A request that fails after all retries is not written to the ledger: the next run sends it again.</remarks>
    public int MaxFailuresInARow { get; init => field = Require.Positive(value); } = 20;

    /// <summary>Gets whether requests that a ledger has as refused are sent again.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool RetryRefusals { get; init; }

    /// <summary>Gets a function that classifies the exceptions of the client.</summary>
    /// <value>
    /// The default value is <see langword="null"/>. Where the function is not given, or returns <see langword="null"/>, the default classification applies.
    /// </value>
    public Func<Exception, RequestFailure?>? Failures { get; init; }

    /// <summary>Gets the pipeline through which each request is sent.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: <see cref="MaxRetries"/>, <see cref="RetryDelay"/> and <see cref="MaxRetryDelay"/> apply. A pipeline takes
    /// their place.
    /// </value>
    public ResiliencePipeline? Pipeline { get; init; }

    /// <summary>Gets the price of the model.</summary>
    /// <value>The default value is <see langword="null"/>: no cost is computed.</value>
    public ModelPrice? Price { get; init; }

    /// <summary>Gets how much one run may spend.</summary>
    /// <value>The default value is <see langword="null"/>: no limit. A limit on the cost needs a <see cref="Price"/>.</value>
    public SpendingLimit? Limit { get; init; }

    /// <summary>Gets the clock of delays, timeouts and records.</summary>
    /// <value>The default value is that of the system.</value>
    public TimeProvider TimeProvider { get; init => field = Require.Present(value); } = TimeProvider.System;

    internal RequestFailure Classify(Exception error) => Failures?.Invoke(error) ?? RequestFailure.Of(error);

    internal string Redacted(string text) => Redact is null
        ? text
        : Redact(text) ?? throw new InvalidOperationException("Redact returned null: it must return a text, which may be empty.");

    /// <summary>Returns the model of the settings, or the default one of the client.</summary>
    /// <exception cref="ArgumentException">Neither has a model.</exception>
    internal string Model(IChatClient client) =>
        Chat?.ModelId ?? ((ChatClientMetadata?)client.GetService(typeof(ChatClientMetadata)))?.DefaultModelId
        ?? throw new ArgumentException(
            "The client has no default model: set ModelId of ChatRequestOptions.Chat, by which answers are found again.", nameof(client));

    /// <summary>Returns these options.</summary>
    /// <exception cref="ArgumentException">The cost is limited, but no price is known.</exception>
    internal ChatRequestOptions Checked() => Limit?.Cost is null || Price is not null
        ? this
        : throw new ArgumentException($"The cost is limited to {Limit.Cost}, but no Price is given.", nameof(Limit));

    private static TimeSpan Delay(TimeSpan value, TimeSpan least, string name) => value >= least && value <= TimeSpan.FromDays(1)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to 1 day, but was {value}.");
}
