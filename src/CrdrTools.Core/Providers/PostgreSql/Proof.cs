using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>A step that changes nothing and proves what came before it; a proof of yesterday is none, so that a resume gives it anew.</summary>
internal abstract class Proof : Step
{
    public sealed override bool Anchor => false;
    public sealed override bool Perishable => true;
    public sealed override bool Repeatable => true;
    public sealed override bool Changes => false;
    public sealed override string NeededBy => "S2: it is the proof of what came before it";
    public sealed override bool Follows => true;
    public sealed override TimeSpan Limit => TimeSpan.FromMinutes(10);
}
