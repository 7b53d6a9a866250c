using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class ShapeOfTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Sizes_that_follow_the_batch_are_unknown_wherever_they_are()
    {
        Export(input => input, (graph, input) =>
        {
            OnnxValue turned = graph.Apply("Transpose", [input], ("perm", (long[])[1, 0, 2]));
            OnnxValue flat = graph.Apply("Reshape", [turned, graph.Constant(torch.tensor(new long[] { -1, 3 }))]);

            graph.ShapeOf(input).Should().Equal(-1, 2, 3);
            using (torch.NewDisposeScope())
            {
                graph.ShapeOf(turned).Should().Equal(2, -1, 3);
            }

            graph.ShapeOf(flat).Should().Equal(-1, 3);
            graph.ShapeOf(turned).Should().Equal([2, -1, 3], "it may be asked again");
            return input;
        });
    }

    [Fact]
    public void Values_of_other_types_have_shapes_and_lead_to_others()
    {
        Export(input => input, (graph, input) =>
        {
            OnnxValue places = graph.Apply("ArgMax", [input], ("axis", 1), ("keepdims", 0));
            OnnxValue known = graph.Apply("Greater", [places, graph.Constant(torch.tensor(0L))]);

            graph.ShapeOf(places).Should().Equal(-1, 3);
            graph.ShapeOf(known).Should().Equal(-1, 3);
            graph.ShapeOf(graph.Apply("Not", [known])).Should().Equal(-1, 3);
            graph.ShapeOf(graph.Constant(torch.zeros(4, 5))).Should().Equal(4, 5);
            return input;
        });
    }

    [Fact]
    public void Values_of_both_branches_meet()
    {
        Module<Tensor, Tensor> layer = Linear(3, 3);
        var module = new Said(input => input + layer.call(input).relu(), (graph, input) =>
        {
            OnnxValue branch = graph.Apply("Relu", [graph.Call(layer, input)]);
            graph.ShapeOf(branch).Should().Equal(-1, 2, 3);
            OnnxValue sum = graph.Apply("Add", [input, branch]);
            graph.ShapeOf(graph.Apply("Concat", [sum, branch, input], ("axis", 2))).Should().Equal(-1, 2, 9);
            return sum;
        }, layer);

        OnnxExport.Write(module, _file.Path, [2, 3]);

        _file.Error(module, torch.randn(5, 2, 3)).Should().BeLessThan(1e-6);
    }

    private void Export(Func<Tensor, Tensor> run, Func<OnnxGraph, OnnxValue, OnnxValue> write) => OnnxExport.Write(new Said(run, write), _file.Path, [2, 3]);
}
