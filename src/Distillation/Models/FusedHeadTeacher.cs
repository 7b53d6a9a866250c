namespace Distillation.Models;

/// <summary>A teacher that leaves its last layer to the loss.</summary>
internal sealed class FusedHeadTeacher(ITeacher inner, string? head) : DelegatingTeacher(inner)
{
    private readonly HeadHooks _head = new(NetworkOf(inner), head);

    public override bool AcceptsRepeatedSamples => true;

    public override string? Fingerprint() => Inner.Fingerprint();

    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        // The logits of a teacher are constants, whenever they are computed.
        using var noGradient = torch.no_grad();
        return _head.Run(() => base.Predict(batch, features));
    }

    protected override void Dispose(bool disposing)
    {
        _head.Dispose();
        Inner.Dispose();
        base.Dispose(disposing);
    }

    private static torch.nn.Module NetworkOf(ITeacher teacher) => INetworkTeacher.NetworksIn(teacher).ToArray() is [var network]
        ? network
        : throw new ArgumentException(
            $"Only a teacher of one network has a head, but {teacher.GetType().Name} has {INetworkTeacher.NetworksIn(teacher).Count()} that are known.",
            nameof(teacher));
}
