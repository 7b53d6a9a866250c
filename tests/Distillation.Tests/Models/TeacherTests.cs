using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

public sealed class TeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential _network = Some.Mlp();
    private readonly Batch _batch = Some.Batch();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Module_outputs_what_the_network_outputs()
    {
        using ITeacher teacher = Teacher.From(_network);

        Tensor logits = teacher.Predict(_batch, FeatureSet.None).Logits;

        logits.eq(_network.call(_batch.Inputs)).all().item<bool>().Should().BeTrue();
        logits.requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Module_predicts_in_evaluation_mode_and_comes_back()
    {
        Sequential network = Sequential(("drop", Dropout(0.9)), ("out", Linear(6, 3)));
        network.train();
        using ITeacher teacher = Teacher.From(network);

        Tensor first = teacher.Predict(_batch, FeatureSet.None).Logits;
        Tensor second = teacher.Predict(_batch, FeatureSet.None).Logits;

        first.eq(second).all().item<bool>().Should().BeTrue();
        network.training.Should().BeTrue();
    }

    [Fact]
    public void Inner_layers_of_a_sequential_survive_it()
    {
        using ITeacher teacher = Teacher.From(_network);

        ModelOutput output = teacher.Predict(_batch, FeatureSet.Of("in", "act"));

        output["act"].eq(functional.relu(output["in"])).all().item<bool>().Should().BeTrue();
        output["act"].shape.Should().Equal(8, 5);
    }

    [Fact]
    public void Layers_are_listed_by_path()
    {
        Sequential nested = Sequential(("first", Sequential(("a", Linear(6, 4)), ("b", ReLU()))), ("second", Linear(4, 3)));
        using ITeacher teacher = Teacher.From(nested);

        teacher.AvailableFeatures.Should().BeEquivalentTo(new Feature[] { "first", "first.a", "first.b", "second" });
        teacher.Predict(_batch, FeatureSet.Of("first.a"))["first.a"].shape.Should().Equal(8, 4);
    }

    [Fact]
    public void Unknown_layer_is_refused_with_those_that_exist()
    {
        using ITeacher teacher = Teacher.From(_network);

        Action predict = () => teacher.Predict(_batch, FeatureSet.Of("layer9"));

        predict.Should().Throw<ArgumentException>().WithMessage("Sequential has no layer 'layer9'. It has: in, act, out.*");
    }

    [Fact]
    public void Layer_that_does_not_show_its_output_is_named()
    {
        using ITeacher teacher = Teacher.From(new Skipping());

        Action predict = () => teacher.Predict(_batch, FeatureSet.Of("hidden"));

        predict.Should().Throw<InvalidOperationException>().WithMessage("Layer 'hidden' of Skipping did not show its output*call()*");
    }

    [Fact]
    public void Layer_that_was_not_required_is_named()
    {
        using ITeacher teacher = Teacher.From(_network);

        Action read = () => _ = teacher.Predict(_batch, FeatureSet.Of("in"))["act"];

        read.Should().Throw<KeyNotFoundException>().WithMessage("The output has no layer 'act'. It has: in.*");
    }

    [Fact]
    public void Hooks_are_gone_after_disposal()
    {
        ITeacher teacher = Teacher.From(_network);
        teacher.Predict(_batch, FeatureSet.Of("in"));

        teacher.Dispose();

        Leak.None(() =>
        {
            using Tensor logits = _network.call(_batch.Inputs);
        });
    }

    [Fact]
    public void Function_is_a_teacher()
    {
        using ITeacher teacher = Teacher.From(inputs => inputs.narrow(1, 0, 3) * 2);

        teacher.Predict(_batch, FeatureSet.None).Logits.eq(_batch.Inputs.narrow(1, 0, 3) * 2).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Function_that_gives_what_it_keeps_stays_whole()
    {
        Tensor kept = torch.ones(8, 3);
        using ITeacher teacher = Teacher.From(_ => kept);

        using (torch.NewDisposeScope())
        {
            teacher.Predict(_batch, FeatureSet.None);
        }

        kept.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Function_has_no_layers()
    {
        using ITeacher teacher = Teacher.From(inputs => inputs);

        Action predict = () => teacher.Predict(_batch, FeatureSet.Of("in"));

        predict.Should().Throw<ArgumentException>().WithMessage("*no inner layers*in*");
    }

    [Fact]
    public void Several_inputs_are_reached_through_a_batch_of_ones_own()
    {
        using ITeacher teacher = Teacher.From((MaskedBatch batch) => batch.Inputs * batch.Mask);

        Tensor logits = teacher.Predict(new MaskedBatch(_batch.Inputs, torch.zeros(8, 6)), FeatureSet.None).Logits;

        logits.abs().max().item<float>().Should().Be(0);
    }

    [Fact]
    public void Batch_of_another_kind_is_named()
    {
        using ITeacher teacher = Teacher.From((MaskedBatch batch) => batch.Inputs * batch.Mask);

        Action predict = () => teacher.Predict(_batch, FeatureSet.None);

        predict.Should().Throw<ArgumentException>().WithMessage("The model takes a MaskedBatch, but the data source returns a Batch.*");
    }

    [Fact]
    public void Batch_that_would_lose_what_it_carries_is_refused()
    {
        var batch = new MaskedBatch(_batch.Inputs, torch.zeros(8, 6));

        Action split = () => batch.Split(3);

        split.Should().Throw<NotSupportedException>().WithMessage("MaskedBatch derives from Batch and must override Create*");
    }

    [Fact]
    public void Student_is_a_teacher_with_its_weights_of_the_moment()
    {
        using IStudent student = Student.From(_network);
        using ITeacher teacher = student.AsTeacher();
        Tensor before = teacher.Predict(_batch, FeatureSet.None).Logits;

        using (torch.no_grad())
        {
            _network.parameters().Last().add_(1);
        }

        teacher.Predict(_batch, FeatureSet.None).Logits.sub(before).sub(1).abs().max().item<float>().Should().BeLessThan(1e-5f);
        teacher.Predict(_batch, FeatureSet.Of("act"))["act"].requires_grad.Should().BeFalse();
    }

    private sealed class MaskedBatch(Tensor inputs, Tensor mask) : Batch(inputs, null, torch.arange(inputs.size(0), torch.ScalarType.Int64))
    {
        public Tensor Mask { get; } = mask;
    }

    private sealed class Skipping : torch.nn.Module<Tensor, Tensor>
    {
        private readonly torch.nn.Module<Tensor, Tensor> _hidden = Linear(6, 3);

        public Skipping()
            : base(nameof(Skipping)) => register_module("hidden", _hidden);

        public override Tensor forward(Tensor input) => _hidden.forward(input);
    }
}
