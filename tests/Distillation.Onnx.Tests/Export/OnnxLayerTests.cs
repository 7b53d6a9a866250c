using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class OnnxLayerTests : IDisposable
{
    private static readonly OnnxLayer DoublingLayer = OnnxLayer.For<Doubling>((graph, _, input) => graph.Apply("Add", [input, input]));

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Entry_writes_a_class_that_cannot_export_itself() => Exported(new Doubling(), DoublingLayer).Should().Equal(-2, 2, 6);

    [Fact]
    public void Entry_holds_at_every_depth()
    {
        Module<Tensor, Tensor> doubling = new Doubling();
        var own = new Said(doubling.call, (graph, input) => graph.Call(doubling, input), doubling);

        Exported(Sequential(("first", new Doubling()), ("inner", Sequential(("second", own)))), DoublingLayer).Should().Equal(-4, 4, 12);
    }

    [Fact]
    public void Entry_wins_over_what_is_known_and_over_the_module()
    {
        var counts = new List<string>();
        OnnxLayer relu = OnnxLayer.For<TorchSharp.Modules.ReLU>((graph, _, input) =>
            Noted("relu", graph.Apply("Max", [input, graph.Constant(torch.zeros(1))])));
        OnnxLayer wrong = OnnxLayer.For<Wrong>((graph, _, input) => Noted("wrong", graph.Apply("Add", [input, input])));
        OnnxLayer chain = OnnxLayer.For<TorchSharp.Modules.Sequential>((graph, module, input) =>
            Noted("chain", module.children().Cast<Module<Tensor, Tensor>>().Aggregate(input, (value, child) => graph.Call(child, value))));

        Exported(Sequential(ReLU(), new Wrong()), relu, wrong, chain).Should().Equal(0, 2, 6);

        counts.Should().Equal("relu", "wrong", "chain");

        OnnxValue Noted(string name, OnnxValue value)
        {
            counts.Add(name);
            return value;
        }
    }

    [Fact]
    public void Last_entry_wins_also_when_it_is_for_a_base_type()
    {
        OnnxLayer never = OnnxLayer.For<Doubling>((_, _, _) => throw new OnnxExportException("it should not be asked."));
        OnnxLayer any = OnnxLayer.For<Module<Tensor, Tensor>>((graph, _, input) => graph.Apply("Add", [input, input]));

        Exported(new Doubling(), never, DoublingLayer).Should().Equal(-2, 2, 6);
        Exported(new Doubling(), never, any).Should().Equal(-2, 2, 6);
    }

    [Fact]
    public void Entry_for_a_base_type_writes_what_derives_from_it()
    {
        OnnxLayer layer = OnnxLayer.For<Scaling>((graph, module, input) => graph.Apply("Mul", [input, graph.Constant(module.Factor)]));

        Exported(Sequential(new Tripling(), new Scaling(2)), layer).Should().Equal(-6, 6, 18);
    }

    [Fact]
    public void Entry_that_calls_its_own_module_gets_what_was_there_before_it()
    {
        // Of private classes only the name is known; all else goes on as if this entry were not there.
        OnnxLayer byName = OnnxLayer.For<Module<Tensor, Tensor>>((graph, module, input) =>
            module.GetType().Name == nameof(Wrong) ? graph.Apply("Add", [input, input]) : graph.Call(module, input));

        Exported(Sequential(ReLU(), new Doubling(), new Wrong()), DoublingLayer, byName).Should().Equal(0, 4, 12);
    }

    [Fact]
    public void Layers_are_counted_once_when_an_entry_calls_its_own_module()
    {
        OnnxLayer again = OnnxLayer.For<Module<Tensor, Tensor>>((graph, module, input) => graph.Call(module, input));

        OnnxExport.Write(Sequential(ReLU(), Linear(3, 3)), _file.Path, [3], new() { Layers = [again, again] }).Layers.Should().Be(2);
    }

    [Fact]
    public void Module_that_is_not_known_is_refused_with_both_ways_out()
    {
        Action export = () => Exported(Sequential(("odd", new Doubling())), OnnxLayer.For<Wrong>((_, _, input) => input));

        export.Should().Throw<OnnxExportException>()
            .WithMessage("*odd (Doubling): this kind of module is not known*IOnnxExportable*OnnxLayer in OnnxExportOptions.Layers*");
    }

    [Fact]
    public void Entry_that_refuses_or_gives_null_is_named_with_the_path()
    {
        OnnxLayer refuses = OnnxLayer.For<Doubling>((_, _, _) => throw new OnnxExportException("only on Sundays."));
        OnnxLayer gives = OnnxLayer.For<Wrong>((_, _, _) => null!);
        Action export = () => Exported(Sequential(("first", new Doubling()), ("second", new Wrong())), refuses, gives);

        export.Should().Throw<OnnxExportException>()
            .WithMessage("*first (Doubling): only on Sundays.*second (Wrong): its entry in Layers, for Wrong, gave null in place of a value.*");
    }

    [Fact]
    public void Entry_that_is_wrong_is_found()
    {
        Action export = () => Exported(new Doubling(), OnnxLayer.For<Doubling>((_, _, input) => input));

        export.Should().Throw<OnnxExportException>().WithMessage("*something else than the module*");
        _file.All.Should().BeEmpty();
    }

    [Fact]
    public void Null_is_refused()
    {
        Action list = () => _ = new OnnxExportOptions { Layers = null! };
        Action entry = () => _ = new OnnxExportOptions { Layers = [DoublingLayer, null!] };
        Action function = () => OnnxLayer.For<Doubling>(null!);

        list.Should().Throw<ArgumentNullException>().WithParameterName("Layers");
        entry.Should().Throw<ArgumentException>().WithParameterName("Layers").WithMessage("*made by OnnxLayer.For, but entry 1 of 2 is null*");
        function.Should().Throw<ArgumentNullException>().WithParameterName("write");
    }

    [Fact]
    public void Options_keep_their_entries_when_the_list_changes()
    {
        List<OnnxLayer> layers = [DoublingLayer];
        var options = new OnnxExportOptions { Layers = layers };

        layers.Clear();

        options.Layers.Should().Equal(DoublingLayer);
        DoublingLayer.ModuleType.Should().Be<Doubling>();
    }

    // What the file makes of -1, 1 and 3.
    private float[] Exported(Module<Tensor, Tensor> module, params OnnxLayer[] layers)
    {
        OnnxExport.Write(module, _file.Path, [3], new() { Layers = layers });
        return _file.Run(torch.tensor([-1f, 1, 3]).reshape(1, 3)).Values;
    }

    private class Scaling(float factor) : Module<Tensor, Tensor>(nameof(Scaling))
    {
        public Tensor Factor { get; } = torch.tensor(factor);

        public override Tensor forward(Tensor input) => input * Factor;
    }

    private sealed class Tripling() : Scaling(3);
}
