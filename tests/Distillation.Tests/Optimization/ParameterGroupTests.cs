using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Optimization;

public sealed class ParameterGroupTests : IDisposable
{
    private static readonly ParameterGroup[] Groups =
    [
        new("*.bias") { WeightDecayFactor = 0 },
        new("in.*") { LearningRateFactor = 0.1 },
    ];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 20, seed: 7);

    public static TheoryData<string> Strategies => ["SGD", "Adam", "AdamW"];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Factors_have_the_effect_of_optimizers_of_their_own(string name)
    {
        Sequential grouped = Some.Mlp();
        Sequential apart = Some.Mlp();

        Fit(grouped, Strategy(name, Groups));
        ByHand(apart, name);

        Some.Weights(grouped).Zip(Some.Weights(apart)).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Parameters_that_are_not_contiguous_have_their_factors_too(string name)
    {
        Sequential fused = Some.Mlp();
        Sequential strided = Some.Mlp();
        var weight = (Parameter)strided.named_parameters().First(one => one.name.EndsWith("weight", StringComparison.Ordinal)).parameter;
        using (torch.no_grad())
        {
            weight.set_(weight.t().contiguous().t());
        }

        Fit(fused, Strategy(name, Groups));
        Fit(strided, Strategy(name, Groups));

        weight.is_contiguous().Should().BeFalse();
        Some.Weights(strided).Zip(Some.Weights(fused)).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-5));
    }

    [Fact]
    public void Custom_optimizer_gets_each_group_and_its_rate()
    {
        Sequential custom = Some.Mlp();
        Sequential own = Some.Mlp();
        ParameterGroup[] groups = [new("in.*") { LearningRateFactor = 0.1 }];
        var strategy = new CustomOptimizer(0.05, parameters => torch.optim.SGD(parameters.Select(one => one.Parameter), 1)) { Groups = groups };

        Fit(custom, strategy);
        Fit(own, new SgdOptimizer(0.05) { Groups = groups });

        Some.Weights(custom).Zip(Some.Weights(own)).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6));
    }

    [Fact]
    public void What_a_loss_learns_has_names_that_begin_with_loss()
    {
        ParameterGroup[] groups = [new("loss.*") { LearningRateFactor = 0.1 }];
        var options = new TrainerOptions { Epochs = 1, Optimizer = new SgdOptimizer(0.05) { Groups = groups } };
        void Train(IDistillationLoss loss) =>
            new DistillationTrainer(Teacher.From(Some.Mlp(hidden: 9, seed: 4)), Student.From(Some.Mlp()), loss, options).Fit(_data);
        Action without = () => Train(new SoftTargetLoss());

        Train(new HintLoss("act", "act", new LinearConnector()));

        without.Should().Throw<ArgumentException>()
            .WithMessage("No parameter has a name like 'loss.*'. The names are: in.weight, in.bias, out.weight, out.bias. *");
    }

    [Fact]
    public void Run_with_groups_resumes_to_the_bit()
    {
        IOptimizerStrategy[] strategies =
        [
            Strategy("AdamW", Groups),
            new CustomOptimizer(0.05, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter), 1))
            {
                Groups = [new("in.*") { LearningRateFactor = 0.1 }],
            },
        ];
        foreach (IOptimizerStrategy strategy in strategies)
        {
            string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
            try
            {
                (Sequential whole, Sequential resumed) = (Some.Mlp(), Some.Mlp());
                Fit(whole, strategy, epochs: 4);
                Fit(resumed, strategy, epochs: 2, new(directory) { AllowProlonging = true });
                Fit(resumed, strategy, epochs: 4, new(directory) { AllowProlonging = true });

                Some.Weights(resumed).Should().Equal(Some.Weights(whole));
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    [Fact]
    public void Pattern_is_refused_before_the_first_update_when_no_parameter_has_such_a_name()
    {
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);

        Action fit = () => Fit(network, Strategy("SGD", [new("encoder.*")]));

        fit.Should().Throw<ArgumentException>().WithMessage("No parameter has a name like 'encoder.*'. The names are: *.weight, *");
        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Group_is_refused_when_it_has_no_pattern_or_a_decay_that_a_custom_optimizer_cannot_set()
    {
        Action[] wrong =
        [
            () => _ = new ParameterGroup(),
            () => _ = new ParameterGroup("a", ""),
            () => _ = new ParameterGroup("*") { LearningRateFactor = -1 },
            () => _ = new CustomOptimizer(0.1, _ => null!) { Groups = [new("*") { WeightDecayFactor = 0 }] },
        ];

        wrong.Should().AllSatisfy(action => action.Should().Throw<ArgumentException>());
    }

    private static IOptimizerStrategy Strategy(string name, ParameterGroup[] groups) => name switch
    {
        "SGD" => new SgdOptimizer(0.05) { Momentum = 0.9, WeightDecay = 0.1, Groups = groups },
        "Adam" => new AdamOptimizer(0.01) { WeightDecay = 0.1, Groups = groups },
        _ => new AdamWOptimizer(0.01) { WeightDecay = 0.1, Groups = groups },
    };

    private void Fit(Sequential network, IOptimizerStrategy optimizer, int epochs = 3, CheckpointOptions? checkpoints = null)
    {
        var options = new TrainerOptions { Epochs = epochs, BatchSize = 20, Order = SampleOrder.Sequential, Optimizer = optimizer, Checkpoints = checkpoints };
        new SupervisedTrainer(Student.From(network), new HardLabelLoss(), options).Fit(_data);
    }

    // TorchSharp's own optimizers, one for each pair of factors.
    private void ByHand(Sequential network, string name)
    {
        (string Name, Parameter Parameter)[] all = [.. network.named_parameters()];
        Parameter[] biases = [.. all.Where(one => one.Name.EndsWith(".bias", StringComparison.Ordinal)).Select(one => one.Parameter)];
        Parameter[] first = [.. all.Where(one => one.Name == "in.weight").Select(one => one.Parameter)];
        Parameter[] others = [.. all.Select(one => one.Parameter).Except(biases).Except(first)];
        torch.optim.Optimizer[] optimizers = [Make(biases, 1, 0), Make(first, 0.1, 1), Make(others, 1, 1)];
        for (int step = 0; step < 3; step++)
        {
            using Tensor loss = torch.nn.functional.cross_entropy(network.call(_data.Inputs), _data.Labels!);
            Array.ForEach(optimizers, optimizer => optimizer.zero_grad());
            loss.backward();
            Array.ForEach(optimizers, optimizer => optimizer.step());
        }

        torch.optim.Optimizer Make(Parameter[] parameters, double rate, double decay) => name switch
        {
            "SGD" => torch.optim.SGD(parameters, 0.05 * rate, 0.9, 0, 0.1 * decay),
            "Adam" => torch.optim.Adam(parameters, 0.01 * rate, weight_decay: 0.1 * decay),
            _ => torch.optim.AdamW(parameters, 0.01 * rate, weight_decay: 0.1 * decay),
        };
    }
}
