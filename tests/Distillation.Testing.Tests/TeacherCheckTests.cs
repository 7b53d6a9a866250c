namespace Distillation.Testing.Tests;

public sealed class TeacherCheckTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Batch _batch = Some.Batch();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Network_passes() => TeacherCheck.Run(() => Teacher.From(Some.Mlp()), _batch);

    [Fact]
    public void Cached_teacher_passes() => TeacherCheck.Run(() => Teacher.From(Some.Mlp()).Cached(20), _batch);

    [Fact]
    public void Batch_of_another_type_is_split()
    {
        Batch batch = new WeightedBatch(_batch.Inputs, _batch.Labels, _batch.Indices, torch.ones(8));

        TeacherCheck.Run(() => Teacher.From((WeightedBatch weighted) => weighted.Inputs * weighted.Weights.unsqueeze(1)), batch);

        Failures(Faults.Repeated, batch).Should().Equal("repeated samples");
    }

    [Fact]
    public void Masked_batch_is_filled_up()
    {
        Batch batch = new MaskedBatch(_batch.Inputs, _batch.Labels, _batch.Indices, torch.ones(8, 6));

        TeacherCheck.Run(() => Teacher.From((MaskedBatch masked) => masked.Inputs * masked.Mask), batch);
    }

    [Theory]
    [InlineData("same outputs", Faults.Random)]
    [InlineData("detached outputs", Faults.Gradient)]
    [InlineData("shape and device", Faults.Shape)]
    [InlineData("owned outputs", Faults.Kept)]
    [InlineData("live tensors", Faults.Leak)]
    [InlineData("available features", Faults.Missing)]
    [InlineData("unknown feature", Faults.Unknown)]
    [InlineData("unchanged batch", Faults.Changed)]
    [InlineData("repeated samples", Faults.Repeated)]
    [InlineData("cancellation", Faults.Deaf)]
    [InlineData("fingerprint", Faults.Fingerprint)]
    public void Wrong_teacher_fails_the_check_of_that_name_alone(string check, Faults fault) => Failures(fault, _batch).Should().Equal(check);

    [Fact]
    public void Skipped_check_does_not_run()
    {
        var options = new TeacherCheckOptions { Skip = new Dictionary<string, string> { ["cancellation"] = "a fast teacher" } };

        TeacherCheck.Run(() => new FaultyTeacher(Faults.Deaf), _batch, options);
    }

    [Fact]
    public void Checks_leave_no_tensor() => Leak.None(() => TeacherCheck.Run(() => new FaultyTeacher(Faults.None), _batch));

    private static IEnumerable<string> Failures(Faults fault, Batch batch)
    {
        Action run = () => TeacherCheck.Run(() => new FaultyTeacher(fault), batch);
        return run.Should().Throw<CheckFailedException>().Which.Failures.Select(failure => failure.Check);
    }

    private sealed class WeightedBatch(Tensor inputs, Tensor? labels, Tensor indices, Tensor weights) : Batch(inputs, labels, indices)
    {
        public Tensor Weights => weights;

        protected override Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each) =>
            new WeightedBatch(inputs, labels, indices, each(weights));
    }
}
