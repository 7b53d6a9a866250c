using System.Text.Json;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Inversion;

public sealed class TeacherInversionTests : IDisposable
{
    private static readonly TeacherInversionOptions Fast = new() { Steps = 200, BatchSize = 40, LearningRate = 0.1, BatchStatisticsWeight = 1 };

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Terms_are_those_of_pytorch()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes("Fixtures/inversion-terms.json"));
        JsonElement root = file.RootElement;
        Tensor Read(string name, params long[] shape) =>
            torch.tensor(root.GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray(), shape);
        double Expected(string name) => root.GetProperty(name).GetDouble();
        Tensor inputs = Read("inputs", 3, 2, 4, 5);

        Close.ShouldBe(InversionTerms.TotalVariation(inputs).item<double>(), Expected("totalVariation"), 1e-12);
        Close.ShouldBe(InversionTerms.Length(inputs).item<double>(), Expected("length"), 1e-12);
        Close.ShouldBe(InversionTerms.BatchStatistics(inputs, Read("mean", 2), Read("variance", 2)).item<double>(), Expected("batchStatistics"), 1e-12);
        Close.ShouldBe(InversionTerms.Competition(Read("teacher", 4, 3), Read("student", 4, 3), 3).item<double>(), Expected("competition"), 1e-12);
    }

    [Fact]
    public void Terms_have_finite_gradients_where_nothing_differs()
    {
        Tensor flat = torch.zeros([2, 1, 3, 3], requires_grad: true);
        Tensor cost = InversionTerms.TotalVariation(flat) + InversionTerms.Length(flat)
            + InversionTerms.BatchStatistics(flat, torch.zeros(1), torch.zeros(1));

        torch.autograd.grad([cost], [flat])[0].isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Inputs_get_the_wanted_class_and_the_statistics_of_the_training()
    {
        Sequential teacher = Teacher();
        var inversion = new TeacherInversion(teacher, Fast);

        using TensorData made = inversion.Synthesize([2], classes: 4, count: 80, seed: 1);

        made.Inputs.shape.Should().Equal(80, 2);
        made.Labels!.narrow(0, 0, 5).data<long>().ToArray().Should().Equal(0, 1, 2, 3, 0);
        teacher.call(made.Inputs).argmax(1).eq(made.Labels!).to(torch.ScalarType.Float32).mean().item<float>().Should().BeGreaterThan(0.9f);
        Tensor noise = torch.randn(80, 2, generator: new torch.Generator(3));
        Distance(teacher, made.Inputs).Should().BeLessThan(Distance(teacher, noise) / 4);
    }

    [Fact]
    public void Statistics_come_nearer_than_without_their_term()
    {
        Sequential teacher = Teacher();
        double Of(double weight)
        {
            using TensorData made = new TeacherInversion(teacher, Fast with { BatchStatisticsWeight = weight }).Synthesize([2], 4, 40);
            return Distance(teacher, made.Inputs);
        }

        Of(10).Should().BeLessThan(Of(0) / 2);
    }

    [Fact]
    public void Competition_makes_inputs_on_which_the_student_differs()
    {
        (Sequential teacher, Sequential student) = (Teacher(), Teacher(seed: 9, steps: 20));
        double Agreement(double weight)
        {
            var inversion = new TeacherInversion(teacher, Fast with { CompetitionWeight = weight, BatchStatisticsWeight = 0 }, weight > 0 ? student : null);
            using TensorData made = inversion.Synthesize([2], 4, 40);
            return InversionTerms.Competition(teacher.call(made.Inputs), student.call(made.Inputs), 3).item<float>();
        }

        Agreement(50).Should().BeLessThan(Agreement(0) - 0.02);
    }

    [Fact]
    public void As_a_generator_a_sample_is_the_same_in_any_batch_and_has_no_known_label()
    {
        Sequential teacher = Teacher();
        using TensorData heaps = SmallProblem.Heaps(20, [0, 1, 2, 3]);
        using var few = new LabeledSamples(heaps);
        IDataSource pool = few.Generate(new TeacherInversion(teacher, Fast with { Steps = 5, PoolSize = 12 }), 30);

        Batch whole = pool.Read(torch.arange(30, torch.ScalarType.Int64));
        Batch one = pool.Read(torch.tensor([17L]));

        whole.Labels.Should().BeNull();
        whole.Inputs[17].Equals(one.Inputs[0]).Should().BeTrue();
        whole.Inputs[17].Equals(whole.Inputs[5]).Should().BeTrue();
        using ITeacher labeler = Distillation.Teacher.From(teacher);
        pool.LabeledBy(labeler).Read(torch.tensor([3L])).Labels!.shape.Should().Equal(1, 4);
    }

    [Fact]
    public void Images_are_inverted_and_the_teacher_is_left_as_it_was()
    {
        Sequential teacher = Sequential(Conv2d(1, 3, 3, padding: 1), BatchNorm2d(3), ReLU(), Flatten(), Linear(75, 2));
        teacher.train();
        Tensor before = teacher.state_dict().First(pair => pair.Key.EndsWith("running_mean", StringComparison.Ordinal)).Value.clone();
        var inversion = new TeacherInversion(teacher, new() { Steps = 4, BatchSize = 3 });

        using TensorData first = inversion.Synthesize([1, 5, 5], 2, 4, seed: 2);
        using TensorData second = inversion.Synthesize([1, 5, 5], 2, 4, seed: 2);

        first.Inputs.Equals(second.Inputs).Should().BeTrue();
        teacher.training.Should().BeTrue();
        teacher.state_dict().First(pair => pair.Key.EndsWith("running_mean", StringComparison.Ordinal)).Value.Equals(before).Should().BeTrue();
        teacher.parameters().Select(parameter => parameter.grad).Should().AllSatisfy(gradient => gradient.Should().BeNull());
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        Module<Tensor, Tensor> plain = SmallProblem.HeapNetwork();
        FluentActions.Invoking(() => new TeacherInversion(plain)).Should().Throw<ArgumentException>()
            .WithMessage("*batch normalization*BatchStatisticsWeight*0*");
        FluentActions.Invoking(() => new TeacherInversion(Teacher(), Fast with { CompetitionWeight = 1 })).Should().Throw<ArgumentException>()
            .WithMessage("*CompetitionWeight*1 without a student*");
        FluentActions.Invoking(() => new TeacherInversion(Teacher(), Fast, plain)).Should().Throw<ArgumentException>().WithMessage("*0 with a student*");
        FluentActions.Invoking(() => new TeacherInversion(Teacher(), Fast).Synthesize([2], classes: 9, count: 9)).Should().Throw<InvalidOperationException>()
            .WithMessage("*up to 8*[9, 4]*");

        using TensorData made = new TeacherInversion(plain, Fast with { BatchStatisticsWeight = 0, Steps = 2 }).Synthesize([2], 4, 4);
        made.Count.Should().Be(4);
    }

    [Fact]
    public void Nothing_leaks()
    {
        Sequential teacher = Teacher();
        Leak.None(() => new TeacherInversion(teacher, Fast with { Steps = 2 }).Synthesize([2], 4, 50).Dispose());
    }

    private static double Distance(Sequential teacher, Tensor inputs)
    {
        using var hooks = new BatchStatisticsHooks(teacher);
        using var noGradient = torch.no_grad();
        teacher.call(inputs);
        return hooks.TakeSum().item<float>();
    }

    private static Sequential Teacher(int seed = 4, int steps = 150)
    {
        torch.manual_seed(seed);
        Sequential teacher = Sequential(("in", Linear(2, 16)), ("normalization", BatchNorm1d(16)), ("act", ReLU()), ("out", Linear(16, 4)));
        using TensorData heaps = SmallProblem.Heaps(200, [0, 1, 2, 3]);
        using IStudent student = Student.From(teacher);
        new SupervisedTrainer(student, options: SmallProblem.Training with { Steps = steps }).Fit(heaps);
        teacher.eval();
        return teacher;
    }
}
