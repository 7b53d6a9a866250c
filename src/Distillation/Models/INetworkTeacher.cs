namespace Distillation.Models;

/// <summary>A teacher whose network is known.</summary>
internal interface INetworkTeacher : ITeacher
{
    bool ITeacher.AcceptsRepeatedSamples => true;

    torch.nn.Module Network { get; }

    /// <summary>Finds the networks that a teacher runs, behind its wrappers, as far as they are known.</summary>
    static IEnumerable<torch.nn.Module> NetworksIn(ITeacher teacher) =>
        DelegatingTeacher.PartsOf(teacher).OfType<INetworkTeacher>().Select(known => known.Network);
}
