using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Sends requests, several at a time, and writes each answer to the ledger as it comes. Answers of the ledger are not sent for.</summary>
internal sealed class RequestRunner(IChatClient client, AnswerLedger? ledger, ChatRequestOptions options)
{
    private readonly ChatSender _sender = new(client, options);

    /// <summary>Runs requests. Those of one key are sent once.</summary>
    /// <exception cref="OperationCanceledException">The run was canceled; what was in flight is in the ledger.</exception>
    public async Task<RunResult> RunAsync(
        IReadOnlyList<ChatRequest> requests, SpendingMeter meter, IProgress<LabelingProgress>? progress, CancellationToken cancellationToken)
    {
        var queue = new RequestQueue(requests, Recorded, meter, progress);
        int workers = Math.Min(options.MaxConcurrency, queue.Waiting);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(queue, meter, cancellationToken))).ConfigureAwait(false);
        if (queue.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return queue.Result();
    }

    private async Task WorkAsync(RequestQueue queue, SpendingMeter meter, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && queue.TryBegin(out ChatRequest? request))
        {
            try
            {
                RequestResult result = await SendAsync(queue, request, meter, cancellationToken).ConfigureAwait(false);
                queue.End(request, result);
                meter.RequireUsage();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever stops a worker, those in flight end first, and the caller gets it then.
            catch (Exception error)
#pragma warning restore CA1031
            {
                queue.Stop(error);
            }
        }
    }

    private async Task<RequestResult> SendAsync(RequestQueue queue, ChatRequest request, SpendingMeter meter, CancellationToken cancellationToken)
    {
        AnswerRecord record;
        try
        {
            record = await _sender.SendAsync(request, meter, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!IsCanceled(error) && options.Classify(error).Kind != RequestFailureKind.Fatal)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                queue.CountFailure(error, options.MaxFailuresInARow);
            }

            return new(Record: null, $"The request failed: {error.Message}");
        }

        ledger?.Append(record);
        queue.CountAnswer(record, options.MaxFailuresInARow);
        return new(record, Failure: null);

        bool IsCanceled(Exception error) => error is OperationCanceledException && cancellationToken.IsCancellationRequested;
    }

    private AnswerRecord? Recorded(string key) =>
        ledger is not null && ledger.TryGet(key, out AnswerRecord? record) && (record.Outcome == AnswerOutcome.Answered || !options.RetryRefusals)
            ? record
            : null;
}
