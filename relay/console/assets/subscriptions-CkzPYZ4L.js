import{A as e,C as t,F as n,I as r,R as i,T as a,c as o,f as s,i as c,l,r as u,t as d,v as f,x as p,z as m}from"./index-DO9nkWps.js";import{i as h}from"./curl-Bjpvh-Ts.js";import{i as g}from"./fields-DEXbSuR-.js";import{r as _}from"./page-Cz4QYGt_.js";import{t as v}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as y}from"./query-waRGAtQK.js";import{c as b,i as x,m as S,n as C,t as w}from"./subscription-columns-DrRpYjD_.js";var T=m.subscriptions,E=25,D=1e3,O=`ALL`,k=class extends c{constructor(...t){super(...t),this.api=``,this.query=new y(this,()=>this.list.reload()),this.list=new h(this,e=>n(this.read(),e)),this.choices=new h(this,async t=>{let[r,i]=await Promise.all([n(this.plans(),t),n(e(a(`apis`,this.api,`subscribers`),{perPage:D}),t)]);return{plans:r.data,applications:i.data}})}render(){return _({title:T.title,intro:T.intro,actions:p`<a class="button" download="subscriptions.csv" href=${r(this.exported())}
          >${T.export}</a
        >
        ${t(`PUBLISHER`)?p`<button type="button" class="primary" @click=${()=>this.create()}>
              ${T.create}
            </button>`:f}`,content:p`${this.filters()}
      ${this.list.show(({data:e,pagination:t})=>p`<relay-table
            .label=${T.title}
            .columns=${C}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${T.empty}
          ></relay-table>
          ${v(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read(),this.exported()]})}filters(){let{plans:e,applications:t}=this.choices.value??{plans:[],applications:[]},n=e=>[{value:``,label:T.all},...e.map(e=>({value:e.id,label:e.name}))],r=(e,t,n)=>g({id:`subscriptions-${e}`,label:t,value:this.query.get(e),options:n,onChange:t=>this.query.set({[e]:t,page:void 0})});return p`<div class="filters" role="search">
      ${r(`status`,T.status,[{value:``,label:T.open},{value:O,label:T.all},...Object.entries(T.statuses).map(([e,t])=>({value:e,label:t}))])}
      ${r(`plan`,T.plan,n(e))}
      ${r(`application`,T.application,n(t))}
    </div>`}wanted(){let e=this.query.get(`status`),t=e===O?Object.keys(T.statuses):[e];return{statuses:e?t:w,planIds:this.query.get(`plan`),applicationIds:this.query.get(`application`)}}read(){return e(a(`apis`,this.api,`subscriptions`),{...this.wanted(),page:this.query.number(`page`,1),perPage:E})}exported(){return e(a(`apis`,this.api,`subscriptions`,`_export`),this.wanted())}plans(){return e(a(`apis`,this.api,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`,`CLOSED`],perPage:D})}async create(){try{let e=await b(this.api);if(!e)return;await S(e),await s.go(x(e))}catch(e){d(i(e),`error`)}}};u([o({attribute:!1})],k.prototype,`api`,void 0),k=u([l(`relay-subscriptions`)],k);export{k as Subscriptions};