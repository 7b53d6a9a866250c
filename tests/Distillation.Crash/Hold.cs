using System.Runtime.InteropServices;

namespace Distillation.Crash;

/// <summary>Stands still at the n-th time that the program comes to a place, and tells whoever waits for that.</summary>
internal sealed class Hold(HoldAt place, long times, TextWriter output) : IProgress<TrainingProgress>, IDisposable
{
    public const string Line = "holding";

    private readonly ManualResetEventSlim _never = new();
    private readonly CountdownEvent _asked = new(2);
    private readonly List<PosixSignalRegistration> _registrations = [];
    private long _left = times;

    public void At(HoldAt here)
    {
        if (here == place && Interlocked.Decrement(ref _left) == 0)
        {
            output.WriteLine(Line);
            _never.Wait();
        }
    }

    /// <summary>Counts the system's wish that the process end, before the run and in it: when both are counted, the run between them knows.</summary>
    public void CountTermination()
    {
        if (place == HoldAt.Termination)
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                _asked.Signal();
            }));
        }
    }

    public void Report(TrainingProgress value)
    {
        At(HoldAt.Report);
        if (place == HoldAt.Termination && Interlocked.Decrement(ref _left) == 0)
        {
            CountTermination();
            output.WriteLine(Line);
            _asked.Wait();
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _never.Dispose();
        _asked.Dispose();
    }
}
