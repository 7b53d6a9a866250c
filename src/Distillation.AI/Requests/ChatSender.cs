using Microsoft.Extensions.AI;
using Polly;

namespace Distillation.AI;

/// <summary>Sends one request until its answer is well formed, or malformed too often.</summary>
internal sealed class ChatSender(IChatClient client, ChatRequestOptions options)
{
    private readonly ResiliencePipeline _pipeline = options.Pipeline ?? RetryPipeline.Create(options);

    /// <summary>Sends a request, and returns its record.</summary>
    /// <remarks>
    /// Cancellation ends delays between retries. What is in flight goes on, because it is paid: until its answer, or the timeout. So do retries after a
    /// malformed answer, which is paid as well.
    /// </remarks>
    public async Task<AnswerRecord> SendAsync(ChatRequest request, SpendingMeter meter, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = [.. request.Messages];
        var usage = new TokenUsage();
        int sent = 0;
        for (int malformed = 0; ; malformed++)
        {
            ChatResponse response = await _pipeline.ExecuteAsync(
                async pipelineToken =>
                {
                    if (Interlocked.Increment(ref sent) > 1)
                    {
                        meter.AddRetry();
                    }

                    return await AttemptAsync(request.Options, messages, pipelineToken, cancellationToken).ConfigureAwait(false);
                },
                malformed == 0 ? cancellationToken : CancellationToken.None).ConfigureAwait(false);
            usage = usage.Plus(meter.Add(response.Usage, options.Price));
            ParsedAnswer parsed = request.Parse(response);
            if (parsed.Malformed is null || malformed >= options.MaxMalformedRetries)
            {
                return Record(request, response, parsed, usage, sent);
            }

            messages.Add(new(ChatRole.Assistant, response.Text));
            messages.Add(new(ChatRole.User, request.Reminder));
        }
    }

    private AnswerRecord Record(ChatRequest request, ChatResponse response, ParsedAnswer parsed, TokenUsage usage, int sent) => new()
    {
        Key = request.Key,
        Model = request.Model,
        TextDigest = LedgerKey.Digest(request.Text),
        Text = request.Text,
        Outcome = parsed.Malformed is null ? AnswerOutcome.Answered : AnswerOutcome.Refused,
        Reason = parsed.Malformed,
        Label = parsed.Label,
        Probabilities = parsed.Probabilities,
        Answer = response.Text,
        Usage = usage,
        Attempts = sent,
        Time = options.TimeProvider.GetUtcNow(),
    };

    // The token of the pipeline is canceled by the caller's, which must not cut what is paid, and by timeouts of a given pipeline, which must.
    private async Task<ChatResponse> AttemptAsync(
        ChatOptions chat, IReadOnlyList<ChatMessage> messages, CancellationToken pipelineToken, CancellationToken cancellationToken)
    {
        using var attempt = new CancellationTokenSource(options.RequestTimeout, options.TimeProvider);
        bool cut = false;
        using CancellationTokenRegistration registration = pipelineToken.Register(() =>
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                cut = true;
                attempt.Cancel();
            }
        });
        try
        {
            return await client.GetResponseAsync([.. messages], chat.Clone(), attempt.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (attempt.IsCancellationRequested && !cut)
        {
            throw new TimeoutException($"The request had no answer after {options.RequestTimeout}.", error);
        }
    }
}
