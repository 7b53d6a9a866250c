using Distillation.Models;
using TorchSharp.Modules;

namespace Distillation.Tests.Models;

public sealed class TaskTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential _shapes = Some.Mlp(classes: 3, seed: 1);
    private readonly Sequential _colors = Some.Mlp(classes: 4, seed: 2);
    private readonly Batch _batch = Some.Batch();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Logits_are_those_of_the_first_and_layers_those_of_each_under_its_task()
    {
        using var teacher = new TaskTeacher(("shape", Teacher.From(_shapes)), ("color", Teacher.From(_colors)));

        ModelOutput output = teacher.Predict(_batch, FeatureSet.Of("shape", "color", "color/act", "shape/in"));

        Tensor shapes = _shapes.call(_batch.Inputs);
        Close.Numbers(output.Logits).Should().Equal(Close.Numbers(shapes));
        Close.Numbers(output["shape"]).Should().Equal(Close.Numbers(shapes));
        Close.Numbers(output["color"]).Should().Equal(Close.Numbers(_colors.call(_batch.Inputs)));
        Close.Numbers(output["color/act"]).Should().Equal(Close.Numbers(_colors[1].call(_colors[0].call(_batch.Inputs))));
        Close.Numbers(output["shape/in"]).Should().Equal(Close.Numbers(_shapes[0].call(_batch.Inputs)));
        teacher.AvailableFeatures.Should().Contain(["shape", "color", "color/act", "shape/in"]);
    }

    [Fact]
    public void Teacher_of_a_task_that_nothing_reads_does_not_run()
    {
        int calls = 0;
        using var teacher = new TaskTeacher(("shape", Teacher.From(_shapes)), ("color", Teacher.From(inputs =>
        {
            calls++;
            return inputs;
        })));

        teacher.Predict(_batch, FeatureSet.None);
        calls.Should().Be(0);

        teacher.Predict(_batch, FeatureSet.Of("color"));
        calls.Should().Be(1);
    }

    [Fact]
    public void Fingerprint_depends_on_each_teacher_and_task()
    {
        string Of(string task, Sequential network) =>
            new TaskTeacher(("shape", Teacher.From(_shapes)), (task, Teacher.From(network))).Fingerprint()!;

        string[] different = [Of("color", _colors), Of("size", _colors), Of("color", _shapes)];

        different.Should().OnlyHaveUniqueItems();
        Of("color", _colors).Should().Be(different[0]);
        new TaskTeacher(("shape", Teacher.From(_shapes)), ("color", Teacher.From(inputs => inputs))).Fingerprint().Should().BeNull();
    }

    [Fact]
    public void Parts_of_it_are_the_parts_of_its_teachers()
    {
        ITeacher cached = Teacher.From(_colors).Cached(8);
        using var teacher = new TaskTeacher(("shape", Teacher.From(_shapes)), ("color", cached));

        DelegatingTeacher.PartsOf(teacher).Should().HaveCount(4).And.Contain(cached);
    }

    [Fact]
    public void Token_reaches_every_teacher()
    {
        using var source = new CancellationTokenSource();
        var heard = new List<CancellationToken>();
        ITeacher Listening() => Teacher.FromAsync<Batch>((batch, token) =>
        {
            heard.Add(token);
            return Task.FromResult(batch.Inputs.clone());
        });
        using var teacher = new TaskTeacher(("a", Listening()), ("b", Listening()));

        teacher.Predict(_batch, FeatureSet.Of("b"), source.Token);

        heard.Should().Equal(source.Token, source.Token);
    }

    [Fact]
    public void Tasks_that_do_not_fit_are_refused()
    {
        ITeacher one = Teacher.From(_shapes);

        FluentActions.Invoking(() => new TaskTeacher()).Should().Throw<ArgumentException>().WithMessage("There must be at least one task*");
        FluentActions.Invoking(() => new TaskTeacher(("a", null!))).Should().Throw<ArgumentException>().WithMessage("*each must have a teacher*");
        FluentActions.Invoking(() => new TaskTeacher(("a", one), ("a", one)))
            .Should().Throw<ArgumentException>().WithMessage("*no two may be the same*'a', 'a'*");
        FluentActions.Invoking(() => new TaskTeacher(("a/b", one))).Should().Throw<ArgumentException>().WithMessage("*no slash*'a/b'*");
        FluentActions.Invoking(() => new TaskTeacher(("a", one)).Predict(_batch, FeatureSet.Of("b/act")))
            .Should().Throw<ArgumentException>().WithMessage("Layer 'b/act' must be the name of a task, or begin with one and a slash. The tasks are: a.*");
    }

    [Fact]
    public void Layer_takes_the_place_of_the_logits()
    {
        using ITeacher teacher = Teacher.From(_shapes).WithLogitsOf("act");

        ModelOutput output = teacher.Predict(_batch, FeatureSet.Of("in"));

        Tensor first = _shapes[0].call(_batch.Inputs);
        Close.Numbers(output.Logits).Should().Equal(Close.Numbers(_shapes[1].call(first)));
        Close.Numbers(output["in"]).Should().Equal(Close.Numbers(first));
        output.Features.Should().Equal((Feature)"in");
        teacher.Fingerprint().Should().StartWith("layer 'act' of ").And.EndWith(Teacher.From(_shapes).Fingerprint());
    }
}
