"""Which Asterisk modules are used, and why. One that is not named here is neither loaded nor kept on disk."""

# Asterisk loads nothing by itself (autoload=no): every door that is not needed stays shut.
_DIAL_PLAN = (
    "pbx_config",
    "app_echo",  # agents try their network with it
    "app_playback",
    "app_stasis",
    "app_waitforcond",  # waits for room, without a step of the dial plan each time it looks
    "func_callerid",  # CONNECTEDLINE(): the number that people see whom we call
    "func_channel",  # CHANNEL(endpoint): whose telephone this is
    "func_env",  # STAT(): is there a message for this number
    "func_groupcount",  # GROUP_COUNT(): how many hear it ring
    "func_global",  # GLOBAL(): when the switchboard was last found away
    "func_logic",  # IF()
)
_SIP = (
    "res_pjproject",
    "res_pjsip",
    "res_pjsip_authenticator_digest",
    "res_pjsip_caller_id",
    "res_pjsip_diversion",  # who forwarded the call, as carriers tell it
    "res_pjsip_dtmf_info",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_pjsip_logger",  # silent until somebody who connects a carrier asks for it
    "res_pjsip_nat",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_pubsub",
    "res_pjsip_registrar",
    "res_pjsip_rfc3326",  # the reason of a hang-up
    "res_pjsip_sdp_rtp",
    "res_pjsip_session",
    "res_pjsip_transport_websocket",
    "chan_pjsip",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",  # not used, but res_pjsip does not load without
)
_MEDIA = (
    "res_rtp_asterisk",
    "res_srtp",
    "res_crypto",
    "res_timing_timerfd",
    "res_format_attr_opus",
    "codec_a_mu",
    "codec_alaw",
    "codec_g722",
    "codec_opus_open_source",
    "codec_resample",
    "codec_ulaw",
    "format_pcm",
    "format_sln",
    "format_wav",
    "res_musiconhold",
)
_BRIDGES = (
    "bridge_holding",  # where ARI keeps a leg that is being dialled
    "bridge_native_rtp",
    "bridge_simple",
    "bridge_softmix",
    "chan_bridge_media",  # lets ARI play into a bridge and record it
)
_ARI = (
    "res_http_websocket",
    "res_websocket_client",
    "res_ari",
    "res_ari_applications",
    "res_ari_asterisk",
    "res_ari_bridges",
    "res_ari_channels",
    "res_ari_endpoints",
    "res_ari_events",
    "res_ari_model",
    "res_ari_playbacks",
    "res_ari_recordings",
    "res_stasis",
    "res_stasis_answer",
    "res_stasis_playback",
    "res_stasis_recording",
    "res_stasis_snoop",
)
SWITCH = (*_DIAL_PLAN, *_SIP, *_MEDIA, *_BRIDGES, *_ARI)

REGISTRATION = ("res_pjsip_outbound_registration",)  # only for carriers that want to be registered with
LATER = ("res_websocket_client",)  # what res_ari needs since 22.6
QUEUE = ("app_queue",)  # only for the benchmark's peer

KEPT = (*SWITCH, *REGISTRATION, *QUEUE)
