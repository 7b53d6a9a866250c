namespace Distillation.Testing;

/// <summary>Value and gradient of a loss are finite at extreme outputs, and its closed form equals the graph there.</summary>
internal sealed class ExtremeChecks(Func<IDistillationLoss> create, LossCheckOptions options, GradientChecks gradients)
{
    private const double Huge = 1e4;

    public string? HugeLogits() => Finite(fill: probe =>
    {
        probe.StudentLogits.copy_(probe.StudentLogits.sign().Mul(Huge));
        probe.TeacherLogits.copy_(probe.TeacherLogits.sign().Mul(-Huge));
        probe.Predict();
    });

    public string? OneHotTeacher() => Finite(fill: probe =>
    {
        long repeats = (probe.Samples + probe.Classes - 1) / probe.Classes;
        Tensor rows = torch.eye(probe.Classes, dtype: torch.ScalarType.Float64).repeat(repeats, 1).narrow(0, 0, probe.Samples).Mul(Huge);
        probe.TeacherLogits.copy_(options.Places.Count switch
        {
            0 => rows,
            1 => rows.unsqueeze(1),
            _ => rows.unsqueeze(2).unsqueeze(3),
        });
        probe.Predict();
    });

    public string? EqualLogits() => Finite(fill: probe =>
    {
        using Scalar three = 3.0.ToScalar();
        probe.StudentLogits.fill_(three);
        probe.TeacherLogits.fill_(three);
        probe.Predict();
    });

    public string? StudentEqualToTeacher() => Finite(fill: probe =>
    {
        probe.StudentLogits.copy_(probe.TeacherLogits);
        foreach ((Parameter student, Tensor teacher) in probe.StudentLayers.OrderBy(layer => layer.Key.Path, StringComparer.Ordinal)
            .Select(layer => layer.Value)
            .Zip(probe.TeacherLayers.OrderBy(layer => layer.Key.Path, StringComparer.Ordinal).Select(layer => layer.Value))
            .Where(pair => Shapes.Same(pair.First, pair.Second)))
        {
            student.copy_(teacher);
        }
    });

    public string? OneSample() => Finite(samples: 1);

    public string? TwoClasses() => Finite(classes: 2);

    public string? ZeroLayers() => Finite(fill: probe =>
    {
        foreach (Tensor layer in probe.StudentLayers.Values.Concat(probe.TeacherLayers.Values))
        {
            layer.zero_();
        }
    });

    private string? Finite(long? samples = null, long? classes = null, Action<LossProbe>? fill = null)
    {
        using var probe = new LossProbe(create(), options, samples: samples, classes: classes, fill: fill);
        Tensor value = probe.Compute();
        if (value.dim() != 0)
        {
            return $"The value must be a scalar, but is {Shapes.Of(value)}.";
        }

        value.backward();
        return Numbers.NotFinite("The value", Numbers.Of(value))
            ?? probe.Outputs.Concat(probe.Parameters)
                .Select(output => Numbers.NotFinite($"The gradient at {output.Name}", Numbers.OfGradient(output.Tensor)))
                .FirstOrDefault(message => message is not null)
            ?? (gradients.ClosedFormHolds ? GradientChecks.ClosedForm(probe, value, options.ClosedFormTolerance) : null);
    }
}
