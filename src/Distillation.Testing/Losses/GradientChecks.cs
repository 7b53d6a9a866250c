namespace Distillation.Testing;

/// <summary>Compares gradients of a loss with finite differences, with its closed form, and with those of another precision.</summary>
internal sealed class GradientChecks(Func<IDistillationLoss> create, LossCheckOptions options)
{
    private const double Float32Precision = 1e-3;

    private bool? _closedFormHolds;

    /// <summary>Gets whether the closed form equals the graph in float64: where it does not, checks of it elsewhere would find the same again.</summary>
    public bool ClosedFormHolds => _closedFormHolds ??= ClosedFormInFloat64() is null;

    /// <summary>The gradient at the outputs of the student equals central finite differences.</summary>
    public string? AtOutputs()
    {
        using var probe = new LossProbe(create(), options);
        return AgainstDifferences(probe, probe.Outputs, sign: 1, options.OutputStep);
    }

    /// <summary>The gradient at the parameters of the loss equals central finite differences.</summary>
    public string? AtParameters()
    {
        using var probe = new LossProbe(create(), options);
        return AgainstDifferences(probe, probe.Parameters, options.IsAdversarial ? -1 : 1, options.ParameterStep);
    }

    /// <summary>The closed form equals the graph.</summary>
    public string? ClosedFormInFloat64() => ClosedForm(torch.ScalarType.Float64, options.ClosedFormTolerance);

    /// <summary>The closed form equals the graph in float32 too.</summary>
    public string? ClosedFormInFloat32() => ClosedFormHolds ? ClosedForm(torch.ScalarType.Float32, options.Float32ClosedFormTolerance) : null;

    /// <summary>The closed form of a probe equals the value and the gradient of its graph.</summary>
    public static string? ClosedForm(LossProbe probe, Tensor value, double tolerance)
    {
        if (probe.Loss.ClosedForm is not { } closedForm)
        {
            return null;
        }

        using IDisposable noGradient = torch.no_grad();
        LossGradient closed = closedForm.Compute(probe.Context);
        return Numbers.Difference("The value of the closed form", Numbers.Of(closed.Value)[0], Numbers.Of(value)[0], tolerance)
            ?? Numbers.RelativeDifference(
                "The gradient of the closed form", Numbers.Of(closed.AtLogits), Numbers.OfGradient(probe.StudentLogits), tolerance)
            ?? (closed.AtLogits.dtype == probe.StudentLogits.dtype
                ? null
                : $"The gradient of the closed form must be {probe.StudentLogits.dtype} as the logits are, but is {closed.AtLogits.dtype}.");
    }

    /// <summary>The closed form leaves its inputs unchanged, and returns tensors that share nothing with them.</summary>
    public string? ClosedFormInputs()
    {
        using var probe = new LossProbe(create(), options);
        if (probe.Loss.ClosedForm is not { } closedForm)
        {
            return null;
        }

        using IDisposable noGradient = torch.no_grad();
        double[] student = Numbers.Of(probe.StudentLogits);
        double[] teacher = Numbers.Of(probe.TeacherLogits);
        LossGradient closed = closedForm.Compute(probe.Context);
        string? changed = Unchanged("by the closed form");
        using Scalar seven = 7.0.ToScalar();
        closed.AtLogits.fill_(seven);
        closed.Value.fill_(seven);
        return changed ?? Unchanged("by writing into what the closed form returned");

        string? Unchanged(string how) =>
            Numbers.BitDifference($"The student's logits, changed {how},", Numbers.Of(probe.StudentLogits), student)
            ?? Numbers.BitDifference($"The teacher's logits, changed {how},", Numbers.Of(probe.TeacherLogits), teacher);
    }

    /// <summary>Value and gradients in float32 agree with those in float64.</summary>
    public string? Float32()
    {
        long samples = options.Float32Samples ?? options.Samples;
        using var exact = new LossProbe(create(), options, samples: samples);
        using var single = new LossProbe(create(), options, torch.ScalarType.Float32, samples);
        using (torch.no_grad())
        {
            foreach ((Parameter ofSingle, Parameter ofExact) in single.Parameters.Zip(exact.Parameters).Select(pair => (pair.First.Tensor, pair.Second.Tensor)))
            {
                ofSingle.copy_(ofExact);
            }
        }

        Tensor expected = exact.Compute();
        Tensor value = single.Compute();
        expected.backward();
        value.backward();
        return (value.dtype == torch.ScalarType.Float32 ? null : $"The value for float32 outputs must be float32, but is {value.dtype}.")
            ?? Numbers.Difference("The value in float32", Numbers.Of(value)[0], Numbers.Of(expected)[0], options.Float32Tolerance)
            ?? Numbers.RelativeDifference("The gradient in float32", Gradients(single), Gradients(exact), options.Float32Tolerance);
    }

    private string? ClosedForm(torch.ScalarType dtype, double tolerance)
    {
        using var probe = new LossProbe(create(), options, dtype);
        if (probe.Loss.ClosedForm is null)
        {
            return null;
        }

        Tensor value = probe.Compute();
        value.backward();
        return ClosedForm(probe, value, tolerance);
    }

    private static double[] Gradients(LossProbe probe) => [.. probe.Outputs.SelectMany(output => Numbers.OfGradient(output.Tensor))];

    private string? AgainstDifferences(LossProbe probe, IEnumerable<(string Name, Parameter Tensor)> points, int sign, double step)
    {
        (string Name, Parameter Tensor)[] tensors = [.. points];
        if (tensors.Length == 0)
        {
            return null;
        }

        probe.Compute().backward();
        foreach ((string name, Parameter tensor) in tensors)
        {
            bool isExact = tensor.dtype == torch.ScalarType.Float64;
            double[] differences = Differences(probe, tensor, sign, isExact ? step : Math.Max(step, Float32Precision));
            double tolerance = isExact ? options.GradientTolerance : Math.Max(options.GradientTolerance, Float32Precision);
            double scale = Math.Max(Numbers.Largest(differences), 1e-3);
            if (Numbers.Difference($"By finite differences, the gradient at {name}", Numbers.OfGradient(tensor), differences, tolerance * scale) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    private static double[] Differences(LossProbe probe, Parameter tensor, int sign, double step)
    {
        double[] numbers = Numbers.Of(tensor);
        double[] differences = [.. Enumerable.Range(0, numbers.Length).Select(i => sign * (Moved(i, step) - Moved(i, -step)) / (2 * step))];
        using IDisposable noGradient = torch.no_grad();
        using Tensor original = torch.tensor(numbers, tensor.shape, torch.ScalarType.Float64);
        tensor.copy_(original);
        return differences;

        double Moved(int i, double difference)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using IDisposable noGradient = torch.no_grad();
            double[] moved = [.. numbers];
            moved[i] += difference;
            tensor.copy_(torch.tensor(moved, tensor.shape, torch.ScalarType.Float64));
            return Numbers.Of(probe.Compute())[0];
        }
    }
}
