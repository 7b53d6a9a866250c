using System.Runtime.CompilerServices;
using System.Text;
using Distillation.Text;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// A chat client in which a student answers the requests of its task where it is confident enough, and the inner client answers all others. Callers of the
/// inner client need no change.
/// </summary>
/// <remarks>
/// What the student passes on is kept in <see cref="PassedOn"/>, with the answer of the inner client, for the next training. A request whose inner answer
/// fails, is canceled, or is a stream that is not read to its end, is not kept. An instance may be used by several threads at a time.
/// </remarks>
public sealed class CascadeChatClient : DelegatingChatClient
{
    /// <summary>The key of the student's confidence, a <see cref="double"/> in [0, 1], among the additional properties of a response of the student.</summary>
    public const string ConfidenceProperty = "confidence";

    private readonly ITextClassifier _student;
    private readonly CascadeOptions _options;
    private long _answered;
    private long _passedOn;

    /// <summary>Puts a student in front of a chat client.</summary>
    /// <param name="innerClient">The client of the language model; it is disposed with this one.</param>
    /// <param name="student">The student; it stays the caller's.</param>
    /// <param name="threshold">
    /// The confidence from which the student answers, in [0, 1], such as that of a <see cref="ConformalThreshold"/>; where <see langword="null"/>, everything
    /// is passed on.
    /// </param>
    /// <param name="options">The settings; defaults if not given.</param>
    public CascadeChatClient(IChatClient innerClient, ITextClassifier student, double? threshold, CascadeOptions? options = null)
        : base(Require.Present(innerClient))
    {
        _student = Require.Present(student);
        Threshold = threshold is { } given ? Require.InRange(given, 0, 1, nameof(threshold)) : null;
        _options = options ?? new();
        PassedOn = new(_options.Capacity);
    }

    /// <summary>Gets the confidence from which the student answers.</summary>
    /// <value><see langword="null"/> where everything is passed on.</value>
    public double? Threshold { get; }

    /// <summary>Gets the texts that were passed on and answered.</summary>
    public PassedOnStore PassedOn { get; }

    /// <summary>Gets the number of requests that the student has answered.</summary>
    public long AnsweredCount => Interlocked.Read(ref _answered);

    /// <summary>Gets the number of requests of the task that the student has passed on.</summary>
    public long PassedOnCount => Interlocked.Read(ref _passedOn);

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> all = [.. Require.Present(messages)];
        cancellationToken.ThrowIfCancellationRequested();
        if (Classify(all, options) is not var (text, prediction))
        {
            return await base.GetResponseAsync(all, options, cancellationToken).ConfigureAwait(false);
        }

        if (Answers(prediction))
        {
            return ResponseOf(prediction);
        }

        ChatResponse response = await base.GetResponseAsync(all, options, cancellationToken).ConfigureAwait(false);
        Keep(text, prediction, response.Text);
        return response;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> all = [.. Require.Present(messages)];
        cancellationToken.ThrowIfCancellationRequested();
        (string Text, TextPrediction Prediction)? classified = Classify(all, options);
        if (classified is { } own && Answers(own.Prediction))
        {
            foreach (ChatResponseUpdate update in ResponseOf(own.Prediction).ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        var answer = new StringBuilder();
        await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(all, options, cancellationToken).ConfigureAwait(false))
        {
            answer.Append(update.Text);
            yield return update;
        }

        if (classified is var (text, prediction))
        {
            Keep(text, prediction, answer.ToString());
        }
    }

    // Nothing where the request is not of the student's task.
    private (string Text, TextPrediction Prediction)? Classify(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (!_options.AppliesTo(messages, options) || _options.SelectText(messages) is not { } text || string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return (text, _student.Classify([text])[0]);
    }

    private bool Answers(TextPrediction prediction)
    {
        bool answers = prediction.Probability >= Threshold;
        Interlocked.Increment(ref answers ? ref _answered : ref _passedOn);
        _options.Monitor?.Observe(passedOn: !answers);
        return answers;
    }

    private ChatResponse ResponseOf(TextPrediction prediction) =>
        new(new ChatMessage(ChatRole.Assistant, CascadeAnswer.Of(prediction.Label, _options)))
        {
            ModelId = _options.StudentName,
            FinishReason = ChatFinishReason.Stop,
            AdditionalProperties = new() { [ConfidenceProperty] = prediction.Probability },
        };

    private void Keep(string text, TextPrediction prediction, string answer)
    {
        var passedOn = new PassedOnText { Text = text, Prediction = prediction, Answer = answer };
        PassedOn.Add(passedOn);
        _options.OnPassedOn?.Invoke(passedOn);
    }
}
