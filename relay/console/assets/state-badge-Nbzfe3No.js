import{E as e,F as t,I as n,M as r,b as i,w as a}from"./decorate-cX1b0bKe.js";import{t as o}from"./index-BtPMuujb.js";import{t as s}from"./curl-C3dG7kwV.js";import{t as c}from"./badge-Bv1K0zyq.js";import{o as l,r as u}from"./fields-Z7HFGbs6.js";import{n as d}from"./dialog-D95cH4qy.js";var f=n.streams.closing,p=200,m=86400;function h(t){return _(f.oneTitle,f.oneText,f.one,!1,n=>e(a(`streams`,t),{reason:n}))}function g(t,n){return _(f.allTitle(n),f.allText,f.all,!0,(n,r)=>e(a(`streams`),{...t,overSeconds:r,reason:n}))}async function _(e,a,c,h,g){let _=``,v;if(!await d(e,(e,t)=>({content:i`<p>${a}</p>
      ${l({id:`closing-reason`,label:f.reason,hint:f.reasonHint,required:!0,maxLength:p,value:_,onChange:e=>{_=e,t()}})}
      ${h?u({id:`closing-spread`,label:f.spread,hint:f.spreadHint,unit:`s`,min:0,max:m,value:v,onChange:e=>{v=e,t()}}):``}
      ${s([g(_,v)])}`,actions:i`<button type="button" @click=${()=>e(void 0)}>
        ${n.common.cancel}
      </button>
      <button
        type="submit"
        class="danger"
        ?disabled=${!_.trim()}
        @click=${t=>{t.preventDefault(),e(!0)}}
      >
        ${c}
      </button>`})))return!1;try{let{ended:e,ending:t=0}=await r(g(_.trim(),v));return o(e===void 0?f.ending(t):f.ended(e)),!0}catch(e){return o(t(e),`error`),!1}}var v=n.streams;function y(e){return e.state.paused?c(v.states.paused,`warn`):e.state.challenged?c(v.states.challenged,`warn`):e.state.paced?c(v.states.paced,`info`):c(v.phases[e.phase],e.phase===`stream`?`good`:`plain`)}export{g as n,h as r,y as t};