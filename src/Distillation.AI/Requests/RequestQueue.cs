using System.Diagnostics.CodeAnalysis;

namespace Distillation.AI;

/// <summary>
/// The state of one run: which requests wait, how the others ended, and whether the run stops. Members may be called by several threads at a time.
/// </summary>
internal sealed class RequestQueue
{
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<ChatRequest> _requests;
    private readonly SpendingMeter _meter;
    private readonly IProgress<LabelingProgress>? _progress;
    private readonly Dictionary<string, RequestResult> _results = [];
    private readonly Queue<ChatRequest> _waiting;
    private readonly Spending _before;
    private readonly int _toSend;
    private readonly int _fromLedger;
    private readonly int _refusedFromLedger;
    private int _ended;
    private int _refused;
    private int _failuresInARow;
    private bool _limited;

    public RequestQueue(
        IReadOnlyList<ChatRequest> requests, Func<string, AnswerRecord?> recorded, SpendingMeter meter, IProgress<LabelingProgress>? progress)
    {
        _requests = requests;
        _meter = meter;
        _progress = progress;
        _before = meter.Spent;
        _waiting = new(requests.DistinctBy(request => request.Key).Where(request => !IsRecorded(request.Key, recorded)));
        _toSend = _waiting.Count;
        _fromLedger = requests.Count - _toSend;
        _refusedFromLedger = requests.Count(request => _results.TryGetValue(request.Key, out RequestResult result) && !result.IsAnswered);
        Report();
    }

    public int Waiting => _waiting.Count;

    /// <summary>Gets what stopped the run.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Takes the next request, unless the run stops.</summary>
    public bool TryBegin([NotNullWhen(true)] out ChatRequest? request)
    {
        lock (_lock)
        {
            request = null;
            if (Error is not null || _waiting.Count == 0)
            {
                return false;
            }

            _limited |= !_meter.TryBegin();
            return !_limited && _waiting.TryDequeue(out request);
        }
    }

    public void End(ChatRequest request, RequestResult result)
    {
        lock (_lock)
        {
            _results[request.Key] = result;
            _ended++;
            _refused += result.IsAnswered ? 0 : 1;
            Report();
        }
    }

    /// <summary>Lets no further request begin; the first exception counts.</summary>
    public void Stop(Exception error)
    {
        lock (_lock)
        {
            Error ??= error;
        }
    }

    public void CountFailure(Exception error, int limit)
    {
        lock (_lock)
        {
            if (++_failuresInARow >= limit)
            {
                Error ??= error;
            }
        }
    }

    public void CountAnswer(AnswerRecord record, int limit)
    {
        lock (_lock)
        {
            _failuresInARow = record.Outcome == AnswerOutcome.Answered ? 0 : _failuresInARow + 1;
            if (_failuresInARow >= limit)
            {
                Error ??= new InvalidOperationException(
                    $"{_failuresInARow} requests in a row had no well-formed answer, the last one because: {record.Reason}");
            }
        }
    }

    public RunResult Result() => new(
        [.. _requests.Select(request => _results.GetValueOrDefault(request.Key))],
        _limited ? RunOutcome.StoppedByLimit : RunOutcome.Complete);

    private bool IsRecorded(string key, Func<string, AnswerRecord?> recorded)
    {
        AnswerRecord? record = recorded(key);
        if (record is not null)
        {
            _results[key] = new(record, Failure: null);
        }

        return record is not null;
    }

    private void Report()
    {
        Spending spent = _meter.Spent;
        _progress?.Report(new()
        {
            Done = _fromLedger + _ended,
            Total = _requests.Count,
            FromLedger = _fromLedger,
            Refused = _refusedFromLedger + _refused,
            Spending = spent,
            Expected = _ended == 0 ? null : Spending.Extrapolate(_before, spent, _ended, _toSend),
        });
    }
}
