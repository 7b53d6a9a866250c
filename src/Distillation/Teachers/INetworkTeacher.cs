namespace Distillation.Teachers;

/// <summary>A teacher whose network is known.</summary>
internal interface INetworkTeacher : ITeacher
{
    torch.nn.Module Network { get; }
}
