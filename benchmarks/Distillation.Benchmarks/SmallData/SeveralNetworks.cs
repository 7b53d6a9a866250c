using Distillation.Models;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The mean of several networks of a table; disposed with them.</summary>
internal sealed class SeveralNetworks(IReadOnlyList<TableNetwork> networks) : DelegatingTeacher(new EnsembleTeacher(networks))
{
    protected override void Dispose(bool disposing)
    {
        foreach (TableNetwork network in networks)
        {
            network.Dispose();
        }

        base.Dispose(disposing);
    }
}
