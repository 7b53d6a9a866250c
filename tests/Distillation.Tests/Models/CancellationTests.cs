using Distillation.Caching;
using Distillation.Models;
using Distillation.SmallData;
using Distillation.Studies;
using Distillation.Tests.Conventions;
using TorchSharp.Modules;

namespace Distillation.Tests.Models;

public sealed class CancellationTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Names => [.. Wrappers.Keys.Select(type => type.Name)];

    // How each teacher that asks others is put around one.
    private static Dictionary<Type, Func<ITeacher, ITeacher>> Wrappers => new()
    {
        [typeof(ScaledTeacher)] = inner => new ScaledTeacher(inner, 2),
        [typeof(TopKTeacher)] = inner => new TopKTeacher(inner, 2),
        [typeof(CachedTeacher)] = inner => new CachedTeacher(inner, 8),
        [typeof(EnsembleTeacher)] = inner => new EnsembleTeacher(inner),
        [typeof(PartialLabelEnsemble)] = inner => new PartialLabelEnsemble(new PartialLabelMember(inner, [0])),
        [typeof(ChannelsLastTeacher)] = inner => inner.ChannelsLast(),
        [typeof(BFloat16Teacher)] = inner => new BFloat16Teacher(torch.nn.Linear(2, 2), inner),
        [typeof(FusedHeadTeacher)] = inner => new FusedHeadTeacher(new OfNetwork(inner), head: null),
        [typeof(LayerTeacher)] = inner => inner.WithLogitsOf("layer"),
        [typeof(SharedTeacher)] = inner => new SharedTeacher(inner, new Lock()),
        [typeof(OwnWrapper)] = inner => new OwnWrapper(inner),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Token_reaches_the_teacher_within(string wrapper)
    {
        using var source = new CancellationTokenSource();
        var inner = new Listening();
        using ITeacher teacher = Wrappers.Single(pair => pair.Key.Name == wrapper).Value(inner);
        var batch = new Batch(Some.Images(8).Inputs, null, torch.arange(8, torch.ScalarType.Int64));

        teacher.Predict(batch, FeatureSet.None, source.Token);

        inner.Heard.Should().Be(source.Token);
    }

    [Fact]
    public void Every_teacher_that_is_given_others_is_tried()
    {
        // Those that are made of a network or a student alone have nobody to hand the token to.
        IEnumerable<Type> wrappers = HouseRules.Packages.SelectMany(package => package.GetTypes()).Where(type =>
            !type.IsAbstract && typeof(ITeacher).IsAssignableFrom(type)
            && type.GetConstructors(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)
                .SelectMany(make => make.GetParameters())
                .Any(Takes));

        wrappers.Should().BeEquivalentTo(Wrappers.Keys.Where(type => type != typeof(OwnWrapper)));

        static bool Takes(System.Reflection.ParameterInfo parameter) =>
            parameter.ParameterType == typeof(ITeacher)
            || parameter.ParameterType.GetGenericArguments().Any(argument => argument == typeof(ITeacher) || argument == typeof(PartialLabelMember));
    }

    [Fact]
    public void Call_that_was_canceled_before_sends_nothing()
    {
        using Sequential network = Some.Mlp();
        using ITeacher teacher = Teacher.From(network);

        Action predict = () => teacher.Predict(Some.Batch(), FeatureSet.None, new CancellationToken(canceled: true));

        predict.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Later_call_has_no_token_of_an_earlier_one()
    {
        using var source = new CancellationTokenSource();
        var inner = new Listening();
        using var teacher = new ScaledTeacher(inner, 2);
        teacher.Predict(Some.Batch(), FeatureSet.None, source.Token);

        teacher.Predict(Some.Batch(), FeatureSet.None);

        inner.Heard.Should().Be(CancellationToken.None);
    }

    private sealed class Listening : ITeacher
    {
        public CancellationToken? Heard { get; private set; }

        public ModelOutput Predict(Batch batch, FeatureSet features) => Predict(batch, features, CancellationToken.None);

        public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
        {
            Heard = cancellationToken;
            return new ModelOutput(torch.zeros(batch.Count, 3), features.ToDictionary(feature => feature, _ => torch.zeros(batch.Count, 3)));
        }
    }

    private sealed class OfNetwork(ITeacher inner) : DelegatingTeacher(inner), INetworkTeacher
    {
        public torch.nn.Module Network { get; } = torch.nn.Linear(2, 2);
    }

    private sealed class OwnWrapper(ITeacher inner) : DelegatingTeacher(inner)
    {
        public override ModelOutput Predict(Batch batch, FeatureSet features) => base.Predict(batch, features);
    }
}
