using Distillation.Caching;
using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>Pieces of C# of the pages on losses, compiled and run.</summary>
public sealed class LossSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_corrected_teacher_runs()
    {
        TensorData train = Some.Data(samples: 30);
        var options = new TrainerOptions { Epochs = 1 };
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        using CachedTeacher cached = teacher.Cached(train.Count);
        var corrected = new CorrectedTeacherLoss(new SoftTargetLoss(temperature: 4), TeacherCorrection.ProbabilityShift, temperature: 4);
        var loss = (0.9 * corrected) + (0.1 * new HardLabelLoss());
        TrainingResult result = new DistillationTrainer(cached, student, loss, options).Fit(train);

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Boxes_of_a_batch_reach_the_loss_in_every_part_of_it()
    {
        var detection = new FocalGlobalLoss("act", "act", batch => ((BoxBatch)batch).Boxes, new ConvolutionConnector());

        using IStudent student = Student.From(Some.ConvNet(2));
        using ITeacher teacher = Teacher.From(Some.ConvNet(4, seed: 2));
        Tensor images = Some.Inputs(6, 64, 3, torch.ScalarType.Float64).view(6, 1, 8, 8);
        Tensor boxes = torch.tensor(new[] { 0.1, 0.2, 0.5, 0.6 }).view(1, 1, 4).expand(6, -1, -1);
        var batch = new BoxBatch(images, null, torch.arange(6), boxes);
        DistillationContext Context(Batch some) =>
            new(student.Forward(some, detection.Features.Student), teacher.Predict(some, detection.Features.Teacher), some);
        detection.Prepare(Context(batch));

        double value = detection.Compute(Context(batch)).item<double>();

        Close.ShouldBe(batch.Split(2).Average(part => detection.Compute(Context(part)).item<double>()), value, 1e-9);
    }

    private sealed class BoxBatch(Tensor inputs, Tensor? labels, Tensor indices, Tensor boxes) : Batch(inputs, labels, indices)
    {
        public Tensor Boxes { get; } = boxes;

        protected override Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each) =>
            new BoxBatch(inputs, labels, indices, each(Boxes));
    }
}
