namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>What HAProxy printed, word for word. 2.6 was recorded; of 3.x only what differs is written after its source.</summary>
internal static class HAProxyTexts
{
    public const string StateHeader = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change "
        + "srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "
        + "srv_check_port srv_check_addr srv_agent_addr srv_agent_port";

    public const string StatHeader = "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,"
        + "lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,"
        + "hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,";

    /// <summary>2.6: one server in maintenance, its backup down.</summary>
    public const string State = "1\n" + StateHeader + "\n"
        + "3 be 1 a 127.0.0.1 0 1 1 1 0 8 2 0 14 0 0 0 - 19101 - 0 0 - - 0\n"
        + "3 be 2 b 127.0.0.1 0 0 1 1 0 8 2 0 6 0 0 0 - 19102 - 0 0 - - 0\n";

    public const string Stat = StatHeader + "\n"
        + "be,a,0,0,2,2,,9,0,0,,0,,0,0,0,0,MAINT,1,1,0,1,1,0,0,,1,3,1,,0,,2,0,,0,,,,,,,,,,,0,0,,,,,-1,,,0,0,\n"
        + "be,b,0,0,0,0,,0,0,0,,0,,0,0,0,0,DOWN,1,0,1,1,1,0,0,,1,3,2,,0,,2,0,,0,L4CON,,0,,,,,,,,,,0,0,,,,,-1,Connection refused,,0,0,\n";

    /// <summary>A backend with two servers; each as op state, admin bits, weight, backup, sessions, status.</summary>
    public static (string State, string Stat) Of(params (string Name, int Op, int Admin, int Weight, int Backup, int Sessions, string Status)[] servers) =>
    (
        "1\n" + StateHeader + "\n" + string.Concat(servers.Select((s, i) => $"3 be {i + 1} {s.Name} 127.0.0.1 {s.Op} {s.Admin} {s.Weight} 1 0 6 3 4 6 0 0 0 - 5432 - 0 0 - - 0\n")),
        StatHeader + "\n" + string.Concat(servers.Select((s, i) => $"be,{s.Name},0,0,{s.Sessions},0,,0,0,0,,0,,0,0,0,0,{s.Status},1,{1 - s.Backup},{s.Backup},0,0,0,0,,1,3,{i + 1},,0,,2,\n"))
    );
}
