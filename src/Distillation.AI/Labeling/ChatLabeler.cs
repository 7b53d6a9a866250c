using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Labels texts by a language model: one request a text, or several samples, with answers in the form of a JSON schema.</summary>
/// <remarks>
/// A malformed answer is sent back with a reminder of the form, and recorded as a refusal if that does not help. With a ledger, answers that are paid are kept,
/// and not sent for again.
/// </remarks>
public sealed class ChatLabeler
{
    private readonly RequestRunner _runner;
    private readonly ChatLabelerOptions _options;
    private readonly LabelPrompt _prompt;
    private readonly ChatOptions _chat;
    private readonly string _model;

    /// <summary>Makes a labeler.</summary>
    /// <param name="client">The client; it stays the caller's.</param>
    /// <param name="task">What is to be decided.</param>
    /// <param name="options">The settings; the default ones if not given.</param>
    /// <param name="ledger">Where answers are kept; it stays the caller's. Nothing is kept if not given.</param>
    /// <exception cref="ArgumentException">No model is known, or the cost is limited without a price.</exception>
    public ChatLabeler(IChatClient client, TextTask task, ChatLabelerOptions? options = null, AnswerLedger? ledger = null)
    {
        _options = options ?? new();
        Task = Require.Present(task);
        _model = _options.Requests.Model(Require.Present(client));
        _runner = new(client, ledger, _options.Requests);
        _prompt = new(task, _options.Probabilities.StatesConfidence, _options.Requests.Redacted);
        _chat = _options.Requests.Chat?.Clone() ?? new();
        _chat.Temperature = _options.Probabilities.OwnTemperature ?? _options.Temperature;
        _chat.ResponseFormat = _prompt.Format;
    }

    /// <summary>Gets the task.</summary>
    public TextTask Task { get; }

    /// <summary>Labels texts.</summary>
    /// <param name="texts">The texts; each has letters. Equal ones are sent once.</param>
    /// <param name="progress">What receives where the labeling is, one report at a time, from any thread.</param>
    /// <param name="cancellationToken">Ends the labeling: no new request begins, and those in flight end and are kept.</param>
    /// <returns>The labels, also where a limit stopped the run.</returns>
    /// <exception cref="ArgumentException">A text is empty.</exception>
    /// <exception cref="OperationCanceledException">The labeling was canceled. What is paid is in the ledger.</exception>
    /// <exception cref="InvalidOperationException">
    /// Too many requests in a row were refused, or a limit on tokens or cost cannot be kept because the client reports none. Other exceptions are those of the
    /// client where no request can succeed, such as with a wrong key. What is paid is in the ledger.
    /// </exception>
    public Task<LabeledTexts> LabelAsync(
        IReadOnlyList<string> texts, IProgress<LabelingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        LabelAsync(texts, new SpendingMeter(_options.Requests.Limit, _options.Requests.Price), progress, cancellationToken);

    /// <summary>Labels texts as a part of a larger run.</summary>
    internal async Task<LabeledTexts> LabelAsync(
        IReadOnlyList<string> texts, SpendingMeter meter, IProgress<LabelingProgress>? progress, CancellationToken cancellationToken)
    {
        string[] given = [.. Require.Present(texts)];
        for (int i = 0; i < given.Length; i++)
        {
            Require.Text(given[i], FormattableString.Invariant($"texts[{i}]"));
        }

        ChatRequest[] requests = [.. given.Select(_options.Requests.Redacted).SelectMany(Requests)];
        RunResult run = await _runner.RunAsync(requests, meter, progress, cancellationToken).ConfigureAwait(false);
        RequestResult[][] results = [.. run.Results.Chunk(_options.Probabilities.Requests)];
        return new()
        {
            Texts = given,
            Labels = Task.Names,
            Distributions = [.. results.Select(Distribution)],
            Refusals =
            [
                .. results.Index().Where(one => Array.TrueForAll(one.Item, result => result.Reason is not null))
                    .Select(one => new LabelRefusal { Index = one.Index, Reason = one.Item[0].Reason! }),
            ],
            Spending = meter.Spent,
            Outcome = run.Outcome,
        };
    }

    private IEnumerable<ChatRequest> Requests(string text) => Enumerable.Range(0, _options.Probabilities.Requests).Select(sample =>
    {
        IReadOnlyList<ChatMessage> messages = _prompt.For(text);
        ChatOptions chat = _chat.Clone();
        chat.Seed += sample;
        string variant = $"{_options.Probabilities.GetType().Name} {_options.Requests.Variant}";
        return new ChatRequest
        {
            Key = LedgerKey.Of(_model, chat, messages, text, sample, variant),
            Model = _model,
            Text = text,
            Messages = messages,
            Options = chat,
            Parse = response => LabelAnswer.Parse(Task, _options.Probabilities, response),
            Reminder = _prompt.Reminder,
        };
    });

    // A text whose samples were not all sent is not answered: those that were are in the ledger for the next run.
    private IReadOnlyList<double>? Distribution(RequestResult[] results)
    {
        if (Array.Exists(results, result => !result.IsAnswered && result.Reason is null))
        {
            return null;
        }

        double[][] answers = [.. results.Where(result => result.IsAnswered).Select(result => Row(result.Record!))];
        return answers.Length == 0 ? null : _options.Probabilities.Combine(answers);
    }

    private double[] Row(AnswerRecord record) => [.. Task.Labels.Select(label => record.Probabilities?.GetValueOrDefault(label.Name) ?? 0)];
}
