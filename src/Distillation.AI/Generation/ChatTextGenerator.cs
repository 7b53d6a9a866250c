using Distillation.Text;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// Writes new texts of each label by a language model, from definitions, originals and drawn properties. Duplicates and copies are removed, and a second pass
/// by a labeler must assign the label for which a text was written.
/// </summary>
/// <remarks>
/// Requests are sent in rounds, for the texts that are still missing. What is drawn follows from the seed: with a ledger, a later run with the same settings
/// has the same texts, and pays nothing for them.
/// </remarks>
public sealed class ChatTextGenerator
{
    private readonly RequestRunner _runner;
    private readonly ChatTextGeneratorOptions _options;
    private readonly GenerationPrompt _prompt;
    private readonly ChatOptions _chat;
    private readonly ChatLabeler _verifier;
    private readonly string _model;

    /// <summary>Makes a generator.</summary>
    /// <param name="client">The client; it stays the caller's.</param>
    /// <param name="verifier">The labeler of the second pass, best of another model; its task is that of the texts. Its limit does not apply here.</param>
    /// <param name="options">The settings; the default ones if not given.</param>
    /// <param name="ledger">Where answers are kept; it stays the caller's. Nothing is kept if not given.</param>
    /// <exception cref="ArgumentException">No model is known.</exception>
    public ChatTextGenerator(IChatClient client, ChatLabeler verifier, ChatTextGeneratorOptions? options = null, AnswerLedger? ledger = null)
    {
        _options = options ?? new();
        _verifier = Require.Present(verifier);
        _model = _options.Requests.Model(Require.Present(client));
        _runner = new(client, ledger, _options.Requests);
        _prompt = new(verifier.Task, _options);
        _chat = _options.Requests.Chat?.Clone() ?? new();
        _chat.Temperature = _options.Temperature;
        _chat.ResponseFormat = GenerationPrompt.Format;
    }

    /// <summary>Writes texts.</summary>
    /// <param name="originals">Real texts with their labels, which may be none: some are shown in each request, and none may be copied.</param>
    /// <param name="textsPerLabel">How many texts of each label there are to be; positive.</param>
    /// <param name="progress">What receives where the generation is, after each round.</param>
    /// <param name="cancellationToken">Ends the generation: no new request begins, and those in flight end and are kept in the ledger.</param>
    /// <returns>The texts; fewer of a label where rounds or limits did not suffice.</returns>
    /// <exception cref="ArgumentException">The label of an original is not one of the task.</exception>
    /// <exception cref="OperationCanceledException">The generation was canceled. What is paid is in the ledger.</exception>
    public async Task<GeneratedTexts> GenerateAsync(
        IReadOnlyList<LabeledText> originals,
        int textsPerLabel,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireKnown(Require.Present(originals));
        Require.Positive(textsPerLabel);
        var meter = new SpendingMeter(_options.Requests.Limit, _options.Requests.Price);
        var filter = new GenerationFilter(_verifier.Task, originals, textsPerLabel, _options);
        var refusals = new List<string>();
        int target = textsPerLabel * _verifier.Task.Labels.Count;
        int[] sent = new int[_verifier.Task.Labels.Count];
        RunOutcome outcome = RunOutcome.Complete;
        for (int round = 1; round <= _options.MaxRounds && filter.Kept < target && outcome == RunOutcome.Complete; round++)
        {
            (string Label, ChatRequest Request)[] requests = [.. Requests(filter, originals, sent)];
            RunResult run = await _runner.RunAsync([.. requests.Select(one => one.Request)], meter, progress: null, cancellationToken).ConfigureAwait(false);
            refusals.AddRange(run.Results.Select(result => result.Reason).OfType<string>());
            LabeledText[] written = [.. requests.Zip(run.Results, (one, result) => Texts(one.Label, result)).SelectMany(texts => texts)];
            LabeledText[] fresh = [.. written.Where(text => filter.IsNew(text.Text))];
            LabeledTexts verified = await _verifier.LabelAsync([.. fresh.Select(text => text.Text)], meter, progress: null, cancellationToken)
                .ConfigureAwait(false);
            for (int i = 0; i < fresh.Length; i++)
            {
                filter.Take(fresh[i], verified.LabelOf(i));
            }

            outcome = run.Outcome == RunOutcome.Complete ? verified.Outcome : run.Outcome;
            progress?.Report(new() { Round = round, Kept = filter.Kept, Target = target, Spending = meter.Spent });
        }

        return filter.Result(refusals, meter.Spent, outcome);
    }

    private IEnumerable<(string Label, ChatRequest Request)> Requests(GenerationFilter filter, IReadOnlyList<LabeledText> originals, int[] sent)
    {
        for (int label = 0; label < sent.Length; label++)
        {
            int count = (filter.Missing(label) + _options.TextsPerRequest - 1) / _options.TextsPerRequest;
            for (int i = 0; i < count; i++)
            {
                yield return (_verifier.Task.Labels[label].Name, Request(_prompt.For(label, sent[label], originals), sent[label]++));
            }
        }
    }

    private ChatRequest Request(IReadOnlyList<ChatMessage> messages, int number) => new()
    {
        Key = LedgerKey.Of(_model, _chat, messages, messages[^1].Text, number, $"generate {_options.Requests.Variant}"),
        Model = _model,
        Text = messages[^1].Text,
        Messages = messages,
        Options = _chat,
        Parse = response => GenerationPrompt.Read(response.Text) is { Count: > 0 } ? new() : new() { Malformed = "The answer has no list of texts." },
        Reminder = GenerationPrompt.Reminder,
    };

    private IEnumerable<LabeledText> Texts(string label, RequestResult result) => result.IsAnswered
        ? GenerationPrompt.Read(result.Record!.Answer)!.Take(_options.TextsPerRequest).Select(text => new LabeledText(text, label))
        : [];

    private void RequireKnown(IReadOnlyList<LabeledText> originals)
    {
        for (int i = 0; i < originals.Count; i++)
        {
            Require.Text(Require.Present(originals[i], FormattableString.Invariant($"originals[{i}]")).Text, FormattableString.Invariant($"originals[{i}]"));
            if (!_verifier.Task.Names.Contains(originals[i].Label))
            {
                throw new ArgumentException(
                    $"The label '{originals[i].Label}' of original {i} must be one of {string.Join(", ", _verifier.Task.Names)}.", nameof(originals));
            }
        }
    }
}
