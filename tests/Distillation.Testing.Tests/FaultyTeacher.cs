namespace Distillation.Testing.Tests;

/// <summary>What a teacher does wrong.</summary>
public enum Faults
{
    None,
    Random,
    Gradient,
    Shape,
    Kept,
    Leak,
    Missing,
    Unknown,
    Changed,
    Repeated,
    Deaf,
    Fingerprint,
}

/// <summary>Returns twice the inputs and a layer "half", and has one fault.</summary>
internal sealed class FaultyTeacher(Faults fault) : ITeacher
{
    private readonly List<Tensor> _kept = [];
    private Tensor? _logits;
    private int _calls;

    public IReadOnlyCollection<Feature>? AvailableFeatures => ["half"];

    public bool AcceptsRepeatedSamples => true;

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        if (fault != Faults.Unknown && features.Any(feature => feature != "half"))
        {
            throw new ArgumentException($"There is a layer 'half', and no other of {features}.", nameof(features));
        }

        Dictionary<Feature, Tensor> layers = fault == Faults.Missing ? [] : features.ToDictionary(feature => feature, _ => batch.Inputs * 0.5);
        return new(Logits(batch), layers);
    }

    public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        if (fault != Faults.Deaf)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Predict(batch, features);
    }

    public string? Fingerprint() => fault == Faults.Fingerprint ? $"call {_calls++}" : "twice";

    public void Dispose() => _kept.ForEach(tensor => tensor.Dispose());

    private Tensor Logits(Batch batch)
    {
        Tensor logits = batch.Inputs * 2;
        switch (fault)
        {
            case Faults.Random:
                // The same for every sample, so that nothing but time changes it.
                return logits + _calls++;
            case Faults.Gradient:
                return logits.requires_grad_();
            case Faults.Shape:
                return logits.unsqueeze(0);
            case Faults.Kept:
                _logits ??= Keep(logits.clone());
                return _logits;
            case Faults.Leak:
                Keep(torch.ones(1));
                return logits;
            case Faults.Changed:
                using (Tensor seen = batch.Inputs.abs())
                {
                    batch.Labels!.zero_();
                }

                return logits;
            case Faults.Repeated:
                return logits - logits.mean([0], keepdim: true);
            default:
                return logits;
        }
    }

    private Tensor Keep(Tensor tensor)
    {
        _kept.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
