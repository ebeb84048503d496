import{A as e,E as t,F as n,I as r,M as i,_ as a,a as o,b as s,n as c,s as l,t as u,w as d}from"./decorate-cX1b0bKe.js";import{i as f,t as p}from"./curl-C3dG7kwV.js";import{n as m}from"./dialog-D95cH4qy.js";import{t as h}from"./field-errors-CPb82UqI.js";import{r as g}from"./fields-Z7HFGbs6.js";import{a as _,i as v,n as y,r as b}from"./numbers-CoBbCYtr.js";import{n as x,r as S,t as C}from"./page-B78qW9Xh.js";import{o as w,t as T}from"./index-BtPMuujb.js";import{s as E,t as D}from"./node-state-CzyEVYDZ.js";var O=r.drain,k=1e3,A=86400,j=d(`drain`),M=t(j),N=class extends c{constructor(...e){super(...e),this.errors=h.none,this.loader=new f(this,e=>i(E(),e),{everyMs:k})}render(){return S({title:O.title,intro:O.intro,content:this.loader.show(e=>this.content(e)),calls:this.loader.value?.state===`serving`?[this.begin()]:[E(),M]})}begin(){let{seconds:t,hardStopSeconds:n}=this;return e(j,{...t===void 0?{}:{seconds:t},...n===void 0?{}:{hardStopSeconds:n}})}content(e){return e.state===`serving`?s`${C(O.state,s`<p>${O.servingText}</p>`,D(e))}
    ${w(`ADMIN`)?C(O.start,this.form()):a}`:this.progress(e)}form(){return s`<form
      class="form"
      @submit=${e=>{e.preventDefault(),this.start()}}
    >
      ${g({id:`drain-seconds`,label:O.seconds,hint:O.secondsHint,unit:`s`,min:0,max:A,value:this.seconds,error:this.errors.at(`seconds`),onChange:e=>this.seconds=e})}
      ${g({id:`drain-hard-stop`,label:O.hardStop,hint:O.hardStopHint,unit:`s`,min:0,max:A,value:this.hardStopSeconds,error:this.errors.at(`hardStopSeconds`),onChange:e=>this.hardStopSeconds=e})}
      ${this.errors.summary()}
      <div class="form-actions">
        <button type="submit" class="danger">${O.start}</button>
      </div>
    </form>`}async start(){let e=this.begin();if(await m(O.confirm,t=>({content:s`<p>${O.confirmText}</p>
        ${p([e])}`,actions:s`<button type="button" @click=${()=>t(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="button" class="danger" @click=${()=>t(!0)}>${O.start}</button>`}))){try{this.loader.set(await i(e)),this.errors=h.none,T(O.begun)}catch(e){this.errors=h.of(e)}await this.loader.reload()}}async cancel(){try{this.loader.set(await i(M)),T(O.cancelled)}catch(e){T(n(e),`error`)}await this.loader.reload()}progress(e){let t=e.streams??0,n=Math.max(e.streamsAtStart??0,t),r=n-t;return C(O.state,s`<div class="drain-progress">
          <label for="drain-progress">${O.ended(y(r),y(n))}</label>
          <progress id="drain-progress" max=${n||1} .value=${n?r:1}></progress>
        </div>
        <p role="status">
          ${e.state===`drained`?O.drainedText:this.forecast(e)}
        </p>
        ${x([[O.startedAt,e.startedAt?_(e.startedAt):void 0],[O.streamsLeft,y(t)],[O.callsLeft,y(e.calls??0)],[O.rate,e.streamsPerSecond===void 0?void 0:v(e.streamsPerSecond)],[O.lastStream,e.lastStreamEndsAt?_(e.lastStreamEndsAt):void 0],[O.hardStopAt,e.hardStopAt?_(e.hardStopAt):void 0]])}
        ${e.stopping?s`<p class="notice notice-warn">${O.stopping}</p>`:w(`ADMIN`)?s`<div class="form-actions">
                <button type="button" class="primary" @click=${()=>this.cancel()}>
                  ${O.cancel}
                </button>
              </div>`:a}`,D(e))}forecast(e){let t=Date.parse(e.lastStreamEndsAt??``)-Date.now(),n=Date.parse(e.hardStopAt??``)-Date.now();return O.forecast(e.streams??0,v(e.streamsPerSecond??0),b(Math.max(Math.round(t/1e3)*1e3,1e3)),b(Math.max(Math.round(n/1e3)*1e3,1e3)))}};u([o()],N.prototype,`seconds`,void 0),u([o()],N.prototype,`hardStopSeconds`,void 0),u([o()],N.prototype,`errors`,void 0),N=u([l(`relay-live-drain`)],N);export{N as LiveDrain};