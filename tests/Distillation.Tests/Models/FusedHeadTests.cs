using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

/// <summary>A head is left out where the network outputs what it does and nothing else sees that; everywhere else it runs whole.</summary>
public sealed partial class FusedHeadTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Batch _batch = Some.Batch(dtype: torch.ScalarType.Float64);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Logits_that_are_read_are_those_of_the_network_with_their_graph()
    {
        Sequential network = Network();
        using IStudent student = Student.From(network).WithFusedHead();

        ModelOutput output = student.Forward(_batch, FeatureSet.Of("act"));

        output.Head.Should().NotBeNull();
        using (torch.no_grad())
        using (torch.NewDisposeScope())
        {
            output.Logits.requires_grad.Should().BeTrue("it is attached to the graph wherever it is read");
        }

        Close.Numbers(output.Logits).Should().Equal(Close.Numbers(network.call(_batch.Inputs)));
        output["act"].shape.Should().Equal(8, 5);
    }

    [Fact]
    public void Teacher_of_a_student_has_the_weights_of_each_prediction()
    {
        Sequential network = Network();
        using ITeacher teacher = Student.From(network).WithFusedHead().AsTeacher();

        Tensor expected = network.call(_batch.Inputs);
        ModelOutput output = teacher.Predict(_batch, FeatureSet.None);
        using (torch.no_grad())
        {
            network.parameters().Last().add_(1);
        }

        Close.Numbers(output.Logits).Should().Equal(Close.Numbers(expected));
    }

    [Fact]
    public void Teacher_leaves_its_head_out_and_keeps_its_fingerprint()
    {
        Sequential network = Network();
        using ITeacher teacher = Teacher.From(network).WithFusedHead();

        ModelOutput output = teacher.Predict(_batch, FeatureSet.None);

        output.Head.Should().NotBeNull();
        output.Logits.requires_grad.Should().BeFalse();
        Close.Numbers(output.Logits).Should().Equal(Close.Numbers(network.call(_batch.Inputs)));
        teacher.Fingerprint().Should().Be(Teacher.From(network).Fingerprint());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Weight_that_is_the_embedding_too_gets_both_gradients(bool trainsWeight, bool trainsBias)
    {
        var words = new Batch(Some.Labels(12, 6).view(4, 3), Some.Labels(12, 6, 5).view(4, 3), torch.arange(4, torch.ScalarType.Int64));
        (double[]?[] expected, _) = Gradients(new Tied(trainsWeight, trainsBias), words, isFused: false);

        (double[]?[] found, bool leavesOut) = Gradients(new Tied(trainsWeight, trainsBias), words, isFused: true);

        leavesOut.Should().BeTrue();
        foreach ((double[]? own, double[]? other) in found.Zip(expected))
        {
            Close.ShouldBe(own ?? [], other ?? [], 1e-12);
        }
    }

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    public void Frozen_layer_gets_no_gradient(string frozen)
    {
        Sequential Freeze(Sequential network)
        {
            foreach ((string name, Parameter parameter) in network.named_parameters().Where(one => one.name.StartsWith(frozen, StringComparison.Ordinal)))
            {
                parameter.requires_grad = false;
            }

            return network;
        }

        (double[]?[] expected, _) = Gradients(Freeze(Network()), _batch, isFused: false);

        (double[]?[] found, bool leavesOut) = Gradients(Freeze(Network()), _batch, isFused: true);

        leavesOut.Should().BeTrue();
        found.Select(one => one is null).Should().Equal(expected.Select(one => one is null)).And.Contain(true);
        foreach ((double[]? own, double[]? other) in found.Zip(expected))
        {
            Close.ShouldBe(own ?? [], other ?? [], 1e-12);
        }
    }

    [Theory]
    [InlineData("out")]
    [InlineData("")]
    public void Hook_on_the_head_or_around_it_sees_whole_logits(string hooked)
    {
        var network = (Sequential)Sequential(("body", Linear(6, 5)), ("end", Sequential(("out", Linear(5, 3))))).to(torch.ScalarType.Float64);
        using IStudent student = Student.From(network).WithFusedHead();
        student.Forward(_batch, FeatureSet.None).Head.Should().NotBeNull();
        var seen = new List<long>();
        var layer = hooked.Length == 0 ? network : (Module<Tensor, Tensor>)network.named_modules().Single(one => one.name == "end.out").module;
        var hook = layer.register_forward_hook((_, _, output) =>
        {
            seen.Add(output.size(0));
            return output;
        });

        student.Forward(_batch, FeatureSet.None).Head.Should().BeNull();
        hook.remove();

        seen.Should().Equal(8);
        student.Forward(_batch, FeatureSet.None).Head.Should().NotBeNull();
    }

    [Fact]
    public void Output_of_the_head_can_be_required_as_a_feature()
    {
        using IStudent student = Student.From(Network()).WithFusedHead();

        ModelOutput output = student.Forward(_batch, FeatureSet.Of("out"));

        output.Head.Should().BeNull();
        Close.Numbers(output["out"]).Should().Equal(Close.Numbers(output.Logits));
    }

    [Fact]
    public void Head_in_bfloat16_runs_whole()
    {
        Batch batch = Some.Batch();
        Sequential network = Some.Mlp();
        double[] expected = Close.Numbers(Student.From(network).InBFloat16().Forward(batch, FeatureSet.None).Logits);

        foreach (IStudent student in (IStudent[])
            [Student.From(Some.Mlp()).InBFloat16().WithFusedHead(), Student.From(Some.Mlp()).WithFusedHead().InBFloat16()])
        {
            Close.Numbers(student.Forward(batch, FeatureSet.None).Logits).Should().Equal(expected);
            student.Dispose();
        }
    }

    [Theory]
    [InlineData("scales its logits")]
    [InlineData("runs the head twice")]
    [InlineData("fails on no samples")]
    [InlineData("outputs places of maps")]
    public void Network_that_does_more_with_its_logits_runs_whole_with_the_same_chance_and_statistics(string what)
    {
        var plain = new Unusual(what);
        var fused = new Unusual(what);
        using IStudent student = Student.From(fused).WithFusedHead();
        for (int pass = 0; pass < 3; pass++)
        {
            torch.manual_seed(pass);
            Tensor expected = plain.call(_batch.Inputs);
            torch.manual_seed(pass);
            ModelOutput output = student.Forward(_batch, FeatureSet.None);

            output.Head.Should().BeNull();
            Close.Numbers(output.Logits).Should().Equal(Close.Numbers(expected));
        }

        fused.buffers().Select(Close.Numbers).Should().BeEquivalentTo(plain.buffers().Select(Close.Numbers));
    }

    [Fact]
    public void Network_that_stops_to_output_what_its_head_does_is_refused()
    {
        var network = new Unusual("nothing");
        using IStudent student = Student.From(network).WithFusedHead();
        student.Forward(_batch, FeatureSet.None).Head.Should().NotBeNull();
        network.What = "scales its logits";
        Action forward = () => student.Forward(_batch, FeatureSet.None);

        forward.Should().Throw<InvalidOperationException>().WithMessage("Unusual has output what its last layer does*without WithFusedHead*");
    }

    [Fact]
    public void Head_is_named_where_it_is_not_the_last_linear_layer()
    {
        var network = new HeadFirst();
        using IStudent found = Student.From(network).WithFusedHead();
        using IStudent named = Student.From(network).WithFusedHead("head");

        found.Forward(_batch, FeatureSet.None).Head.Should().BeNull();
        named.Forward(_batch, FeatureSet.None).Head.Should().NotBeNull();
    }

    [Fact]
    public void What_has_no_head_is_refused_with_the_layers_that_there_are()
    {
        Action none = () => Student.From(Sequential(("act", ReLU()))).WithFusedHead();
        Action wrong = () => Student.From(Network()).WithFusedHead("act");
        Action function = () => Teacher.From(inputs => inputs).WithFusedHead();
        using ITeacher ensemble = Teacher.Ensemble(Teacher.From(Network()), Teacher.From(Network()));
        Action several = () => ensemble.WithFusedHead();

        none.Should().Throw<ArgumentException>().WithMessage("The head must be a Linear of Sequential, but it has none*");
        wrong.Should().Throw<ArgumentException>().WithMessage("*'act' is none. It has: 'in', 'out'.*");
        function.Should().Throw<ArgumentException>().WithMessage("Only a teacher of one network has a head*0 that are known*");
        several.Should().Throw<ArgumentException>().WithMessage("*2 that are known*");
    }

    [Fact]
    public void Disposed_student_leaves_the_network_as_it_was()
    {
        Sequential network = Network();
        Student.From(network).WithFusedHead().Dispose();

        network.call(_batch.Inputs).shape.Should().Equal(8, 3);
        new HookCount(network.named_modules().Single(one => one.name == "out").module).Value.Should().Be(0);
    }

    private static Sequential Network() => Some.Mlp(dtype: torch.ScalarType.Float64);

    private static (double[]?[] Gradients, bool LeavesOut) Gradients(Module<Tensor, Tensor> network, Batch batch, bool isFused)
    {
        IDistillationLoss loss = new HardLabelLoss();
        using IStudent plain = Student.From(network);
        using IStudent student = isFused ? plain.WithFusedHead() : plain;
        bool leavesOut = false;
        if (isFused)
        {
            using var learner = new Learner(student, loss, new SgdOptimizer(0.1));
            using (torch.no_grad())
            {
                learner.Prepare(new DistillationContext(learner.Forward(batch), teacher: null, batch));
            }

            ModelOutput output = learner.Forward(batch);
            leavesOut = output.Head is not null;
            _ = learner.AccumulateGradients(new DistillationContext(output, teacher: null, batch));
            return ([.. network.parameters().Select(Numbers)], leavesOut);
        }

        loss.Compute(new DistillationContext(student.Forward(batch, FeatureSet.None), teacher: null, batch)).backward();
        return ([.. network.parameters().Select(Numbers)], leavesOut);
    }

    private static double[]? Numbers(Parameter parameter) => parameter.grad is { } gradient ? Close.Numbers(gradient) : null;
}
