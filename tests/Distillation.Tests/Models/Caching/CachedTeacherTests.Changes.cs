using Distillation.Caching;
using Distillation.Losses;
using TorchSharp.Modules;

namespace Distillation.Tests.Caching;

public sealed partial class CachedTeacherTests
{
    [Fact]
    public void Other_inputs_for_a_number_that_is_known_are_refused()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 20);
        using Sequential student = Some.Mlp();
        var trainer = new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss(), new TrainerOptions { Epochs = 2, BatchSize = 5 });

        Action fit = () => trainer.Fit(new RandomlyMoved(Some.Data(20)));

        fit.Should().Throw<InvalidOperationException>().WithMessage("Sample * has other inputs than those for which the teacher's outputs were kept*");
    }

    [Fact]
    public void One_sample_that_is_another_is_found_while_its_number_comes_again()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 6);
        TensorData data = Some.Data(6);
        teacher.Fill(data);
        Tensor inputs = data.Inputs.clone();
        inputs[4, 2] += 1e-3f;
        Batch changed = new TensorData(inputs).Read(torch.arange(6, torch.ScalarType.Int64));

        Action ask = () =>
        {
            for (int time = 0; time < 6; time++)
            {
                teacher.Predict(changed, FeatureSet.None);
            }
        };

        ask.Should().Throw<InvalidOperationException>().WithMessage("Sample 4 *");
    }

    [Fact]
    public void Data_of_another_size_is_not_filled_in()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 10);

        Action fill = () => teacher.Fill(Some.Data(20));

        fill.Should().Throw<ArgumentException>().WithMessage("*for 10 samples, but the data has 20*");
    }

    [Fact]
    public void Teacher_that_has_changed_is_refused()
    {
        using Sequential network = Some.Mlp();
        using var teacher = new CachedTeacher(Teacher.From(network), 20);
        using (torch.no_grad())
        {
            ((Linear)network[0]).bias![0] += 1e-4f;
        }

        Action fill = () => teacher.Fill(Some.Data(20));

        fill.Should().Throw<InvalidOperationException>().WithMessage("*parameters have changed*");
    }

    [Fact]
    public void Teacher_that_changes_in_use_is_noticed()
    {
        using Sequential network = Some.Mlp();
        using var teacher = new CachedTeacher(Teacher.From(network), 4);
        Batch batch = Some.Data(4).Read(torch.arange(4, torch.ScalarType.Int64));
        teacher.Predict(batch, FeatureSet.None);
        using (torch.no_grad())
        {
            ((Linear)network[0]).bias![0] += 1e-4f;
        }

        Action ask = () =>
        {
            for (int time = 0; time < 10_000; time++)
            {
                using var scope = torch.NewDisposeScope();
                teacher.Predict(batch, FeatureSet.None);
            }
        };

        ask.Should().Throw<InvalidOperationException>().WithMessage("*parameters have changed*");
    }

    private sealed class RandomlyMoved(IDataSource source) : IDataSource
    {
        private int _reads;

        public long Count => source.Count;

        public Batch Read(Tensor indices)
        {
            Batch batch = source.Read(indices);
            return batch.With(inputs: batch.Inputs + (0.01f * _reads++));
        }
    }

    private sealed class Watching : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Sequential inner;
        private readonly List<long> _sizes;

        public Watching(Sequential inner, List<long> sizes)
            : base(nameof(Watching))
        {
            (this.inner, _sizes) = (inner, sizes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            _sizes.Add(input.size(0));
            return inner.call(input);
        }
    }
}
