using System.Diagnostics;
using System.Globalization;

namespace Distillation.Mpi.Worker;

/// <summary>What goes wrong on a rank after an update: <c>kind@rank@step</c>.</summary>
/// <param name="Kind">The kind: throw, hang, kill or term.</param>
/// <param name="Rank">The rank.</param>
/// <param name="Step">The number of completed updates.</param>
internal sealed record Fault(string Kind, int Rank, long Step)
{
    public static Fault? Of(string? text)
    {
        string[]? parts = text?.Split('@');
        return parts is null ? null : new(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Makes it happen.</summary>
    public void Happen()
    {
        switch (Kind)
        {
            case "throw":
                throw new InvalidTimeZoneException("A fault of the test.");
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "kill":
                Process.GetCurrentProcess().Kill();
                break;
            case "term":
                using (var kill = Process.Start("kill", ["-TERM", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]))
                {
                    kill.WaitForExit();
                }

                break;
            default:
                throw new ArgumentException($"The kind must be throw, hang, kill or term, but is '{Kind}'.");
        }
    }
}
